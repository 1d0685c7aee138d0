-- What:  read_events(): all events of a batch, those that the ledger has already told apart; parse_events(), the same as rows.
-- Why:   a device that never heard the answer sends its batch again: that must cost less than the first time.
-- Locks: none; new objects only.
-- Undo:  drop function private.parse_events, private.read_events, private.count_lines, private.known_lines.

create function private.known_lines(p_user uuid, p_lines text)
returns private.incoming[]
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  v_telemetry constant text[] := array(select t.type from private.event_type t where t.kept_in = 'telemetry');
  v_lines private.incoming[];
  v_least uuid;
  v_greatest uuid;
begin
  -- 1 The lines, whole events as bodies, and the range of their ids.
  select array_agg(row (l.place, l.line, l.id, null, null, private.ulid_to_uuid(l.id), l.event ->> 'type', null, null, null, null,
      l.event, null, null, null, 0, null, null, null)::private.incoming),
    private.ulid_to_uuid(min(l.id collate "C")), private.ulid_to_uuid(max(l.id collate "C"))
  into v_lines, v_least, v_greatest
  from (
    select n.place, n.line, n.event, n.event ->> 'id' as id
    from (
      select (t.place - 1)::integer as place, t.line, t.line::jsonb as event
      from string_to_table(p_lines, E'\n') with ordinality t (line, place)
      where t.place > 1 and t.line ^@ '{' and octet_length(t.line) <= 4096
      offset 0
    ) n
    offset 0
  ) l
  where octet_length(l.id) = 26 and l.id ~ '^[0-7][0-9A-HJKMNP-TV-Z]*$' and jsonb_typeof(l.event -> 'id') = 'string'
    and l.event ->> 'learner_id' = p_user::text;

  -- 2 What is kept under their ids. The range says before all look-ups in which partitions that can't be.
  return (
    select array_agg(row (l.place, l.line, l.id_text, 'duplicate', null, k.event_id, l.type, null, null, null, null,
      null, null, null, null, 0, null, null, null)::private.incoming)
    from unnest(v_lines) l
    cross join lateral (
      -- The whole event is compared, so that what the rules would refuse is never taken for what they have passed. A time
      -- in another form than JavaScript's goes the long way.
      select e.event_id
      from (
        select v.event_id, v.type, v.type_version, v.device_id, v.occurred_at, v.utc_offset_minutes, v.body
        from learner.event v where v.user_id = p_user and v.event_id = l.event_id and v.event_id between v_least and v_greatest
        union all
        select t.event_id, t.type, t.type_version, t.device_id, t.occurred_at, t.utc_offset_minutes, t.body
        from ops.telemetry t
        where l.type = any (v_telemetry) and t.user_id = p_user and t.event_id = l.event_id and t.event_id between v_least and v_greatest
      ) e
      where e.type = l.type and to_jsonb(e.type_version) = l.body -> 'version' and e.device_id::text = l.body ->> 'device_id'
        and to_char(e.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') = l.body ->> 'occurred_at'
        and date_trunc('milliseconds', e.occurred_at) = e.occurred_at
        and to_jsonb(e.utc_offset_minutes) = l.body -> 'utc_offset_minutes' and e.body = l.body -> 'body'
      offset 0
    ) k
  );
end
$$;
comment on function private.known_lines(uuid, text) is
  'Of a batch''s lines those that the ledger holds with the same content, as events with the code duplicate; raises where a line is no JSON.';

create function private.count_lines(p_lines text, p_enough integer)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_breaks constant integer := octet_length(p_lines) - octet_length(replace(p_lines, E'\n', ''));
begin
  -- Devices write no blank lines: counting one by one, which takes ten times as long, would not tell more.
  if v_breaks <= p_enough then
    return v_breaks;
  end if;
  return (
    select count(*) from string_to_table(p_lines, E'\n') with ordinality l (line, place)
    where l.place > 1 and (l.line ^@ '{' or l.line !~ '^[ \t\r]*$'));
end
$$;
comment on function private.count_lines(text, integer) is
  'How many events a batch has: its lines but the first, and without blank ones where there would be more than enough.';

create function private.read_events(p_user uuid, p_lines text, p_head integer)
returns private.incoming[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_first jsonb;
  v_known private.incoming[];
  v_rest text := p_lines;
begin
  begin
    v_first := nullif(split_part(p_lines, E'\n', 2), '')::jsonb;
    -- A replay, most likely. One look-up tells, and a batch of new events pays no more for it.
    if octet_length(v_first ->> 'id') = 26 and v_first ->> 'id' ~ '^[0-7][0-9A-HJKMNP-TV-Z]*$' and exists (
      select from learner.event e where e.user_id = p_user and e.event_id = private.ulid_to_uuid(v_first ->> 'id')) then
      v_known := private.known_lines(p_user, p_lines);
      if cardinality(v_known) = private.count_lines(p_lines, cardinality(v_known)) then
        return v_known;
      end if;
      select string_agg(case when k.place is null then l.line else '' end, E'\n' order by l.place) into v_rest
      from string_to_table(p_lines, E'\n') with ordinality l (line, place)
      left join unnest(v_known) k on k.place = l.place - 1;
    end if;
    -- A number like 1e131000 (private.is_jsonb) stands behind one of these, and nothing in a string of an event usually does.
    if v_rest !~ '[:,\[ \t\r\n]-?[0-9.]+[eE][+-]?[0-9]{3}' then
      return v_known || private.read_lines(p_user, v_rest, p_head, coalesce(v_first, '{}'));
    end if;
  exception
    -- Some line is not what devices write; which one is found by looking at each.
    when data_exception or program_limit_exceeded or statement_too_complex then null;
  end;
  return private.read_lines(p_user, p_lines, p_head, null);
end
$$;
comment on function private.read_events(uuid, text, integer) is
  'The events of an NDJSON batch (its first line is the header), checked by the rules and stamped with what the content says now; null where there are none.';

create function private.parse_events(p_user uuid, p_lines text, p_head integer)
returns setof private.incoming
language sql
stable
set search_path = ''
as $$ select * from unnest(private.read_events(p_user, p_lines, p_head)) $$;
comment on function private.parse_events(uuid, text, integer) is 'read_events() as rows.';
