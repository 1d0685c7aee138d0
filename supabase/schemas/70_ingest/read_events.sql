-- What:  read_events(): all events of a batch, those that the ledger has already told apart; parse_events(), the same as rows.
-- Why:   a device that never heard the answer sends its batch again: that must cost less than the first time.

create function private.known_lines(p_user uuid, p_lines text[])
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_events jsonb[];
  v_places integer[];
  v_ids uuid[];
  v_least uuid;
  v_greatest uuid;
  v_known private.incoming[];
begin
  -- 1 The lines as events, their places and ids, and the range of these.
  select array_agg(l.event), array_agg(l.place), array_agg(l.event_id),
    private.ulid_to_uuid(min(l.id collate "C")), private.ulid_to_uuid(max(l.id collate "C"))
  into v_events, v_places, v_ids, v_least, v_greatest
  from (
    select n.place, n.event, n.id, private.ulid_to_uuid(n.id) as event_id
    from (
      select r.place, r.event, r.event ->> 'id' as id
      from (
        select (t.place - 1)::integer as place, t.line::jsonb as event
        from unnest(p_lines) with ordinality t (line, place)
        where t.place > 1 and t.line ^@ '{' and octet_length(t.line) <= 4096
        offset 0
      ) r
      offset 0
    ) n
    where octet_length(n.id) = 26 and n.id ~ '^[0-7][0-9A-HJKMNP-TV-Z]*$' and jsonb_typeof(n.event -> 'id') = 'string'
      and n.event ->> 'learner_id' = p_user::text
    offset 0
  ) l;

  -- 2 What is kept under their ids. The range says before any look-up in which partitions that can't be.
  select array_agg(row (l.place, l.event ->> 'id', 'duplicate', null, k.event_id, k.type, null, null, null, null,
    null, null, null, null, 0, null, null, null)::private.incoming order by l.place)
  into v_known
  from (
    select e.event_id, e.type, e.type_version, e.device_id, e.occurred_at, e.utc_offset_minutes, e.body
    from learner.event e where e.user_id = p_user and e.event_id = any (v_ids) and e.event_id between v_least and v_greatest
    union all
    select t.event_id, t.type, t.type_version, t.device_id, t.occurred_at, t.utc_offset_minutes, t.body
    from ops.telemetry t where t.user_id = p_user and t.event_id = any (v_ids) and t.event_id between v_least and v_greatest
  ) k
  cross join lateral (select array_position(v_ids, k.event_id) as n offset 0) i
  cross join lateral (select v_places[i.n] as place, v_events[i.n] as event offset 0) l
  -- The whole event is compared, so that what the rules would refuse is never taken for what they have passed. A time
  -- in another form than JavaScript's goes the long way.
  where k.type = l.event ->> 'type' and k.device_id::text = l.event ->> 'device_id'
    and k.type_version::text = l.event ->> 'version' and jsonb_typeof(l.event -> 'version') = 'number'
    and k.utc_offset_minutes::text = l.event ->> 'utc_offset_minutes' and jsonb_typeof(l.event -> 'utc_offset_minutes') = 'number'
    and to_char(k.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') = l.event ->> 'occurred_at'
    and date_trunc('milliseconds', k.occurred_at) = k.occurred_at and k.body = l.event -> 'body';
  return v_known;
end
$$;
comment on function private.known_lines(uuid, text[]) is
  'Of a batch''s lines those that the ledger holds with the same content, as events with the code duplicate; raises where a line is no JSON.';

create function private.count_lines(p_lines text[], p_enough integer)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Devices write no blank lines: looking at each would not tell more.
  if cardinality(p_lines) <= p_enough + 1 then
    return greatest(cardinality(p_lines) - 1, 0);
  end if;
  return (
    select count(*) from unnest(p_lines) with ordinality l (line, place)
    where l.place > 1 and (l.line ^@ '{' or l.line !~ '^[ \t\r]*$'));
end
$$;
comment on function private.count_lines(text[], integer) is
  'How many events a batch has: its lines but the first, and without blank ones where there would be more than enough.';

create function private.read_events(p_user uuid, p_text text, p_lines text[], p_head integer, p_newest uuid)
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_first jsonb;
  v_first_id uuid;
  v_is_replay boolean;
  v_known private.incoming[];
  v_rest text[];
begin
  v_first := nullif(p_lines[2], '')::jsonb;
  if octet_length(v_first ->> 'id') = 26 and v_first ->> 'id' ~ '^[0-7][0-9A-HJKMNP-TV-Z]*$' then
    v_first_id := private.ulid_to_uuid(v_first ->> 'id');
    -- A statement of its own: it locks every partition there is, and new events need none.
    if (v_first_id > p_newest) is not true then
      v_is_replay := exists (select from learner.event e where e.user_id = p_user and e.event_id = v_first_id);
    end if;
  end if;
  -- Told by its first event; the others may be new.
  if v_is_replay then
    v_known := private.known_lines(p_user, p_lines);
    if cardinality(v_known) = private.count_lines(p_lines, cardinality(v_known)) then
      return v_known;
    end if;
  end if;
  if private.shows_long_exponent(p_text) then
    return private.read_lines(p_user, p_lines, p_head, null);
  end if;
  if v_known is null then
    return private.read_lines(p_user, p_lines, p_head, coalesce(v_first, '{}'));
  end if;
  select array_agg(case when k.place is null then l.line else '' end order by l.place) into v_rest
  from unnest(p_lines) with ordinality l (line, place)
  left join unnest(v_known) k on k.place = l.place - 1;
  return array(select e from unnest(v_known || private.read_lines(p_user, v_rest, p_head, v_first)) e order by e.place);
exception
  -- Some line is not what devices write; which one is found by looking at each.
  when data_exception or program_limit_exceeded or statement_too_complex then
    return private.read_lines(p_user, p_lines, p_head, null);
end
$$;
comment on function private.read_events(uuid, text, text[], integer, uuid) is
  'The events of a batch, given whole and in lines (the first is its header), in its order, checked by the rules and stamped with what the content says now; null where there are none. '
  'p_newest: the learner''s newest event, beyond which none is a replay; null where that is not known.';

create function private.parse_events(p_user uuid, p_lines text, p_head integer)
returns setof private.incoming
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select * from unnest(private.read_events(p_user, p_lines, string_to_array(p_lines, E'\n'), p_head, null)) $$;
comment on function private.parse_events(uuid, text, integer) is 'read_events() as rows.';
