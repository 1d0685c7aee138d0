-- What:  support_timeline(): one learner's batches, events, reports, quarantine, support actions, devices and operations as one list.
-- Why:   support must see what happened without reading tables. Every look has a reason and is audited (O2).

create function private.event_bound(p_at timestamptz)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_at < '1970-01-01Z' then '00000000-0000-0000-0000-000000000000'
    when p_at <= private.ulid_time('ffffffff-ffff-ffff-ffff-ffffffffffff')
      then private.ulid_floor(date_trunc('milliseconds', p_at + interval '999 microseconds'))
  end
$$;
comment on function private.event_bound(timestamptz) is 'The least id of an event made at this time or later; null: beyond all ids.';

create function private.event_range(p_kind text, p_newer boolean, p_at timestamptz, p_cursor_kind text, p_key text, p_from timestamptz, p_to timestamptz)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_event constant boolean := p_kind = p_cursor_kind and p_key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
  -- No event is as late as a time beyond all ids.
  v_low uuid := coalesce(private.event_bound(p_from), 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  v_high uuid := private.event_bound(p_to);
begin
  -- The ledger's only index is by event id, and a ULID starts with its time. So events are placed at their device's time, and a range of ids is a
  -- range of places. Events of the cursor's own millisecond come before or after it by the names of the kinds.
  if p_newer then
    v_low := greatest(v_low, case when not v_is_event then private.event_bound(
      case when p_kind > p_cursor_kind then p_at else date_trunc('milliseconds', p_at) + interval '1 millisecond' end) end);
  else
    v_high := least(v_high, case when not v_is_event then private.event_bound(
      case when p_kind < p_cursor_kind then date_trunc('milliseconds', p_at) + interval '1 millisecond' else p_at end) end);
  end if;
  return concat(' and x.event_id >= ' || quote_literal(v_low), ' and x.event_id < ' || quote_literal(v_high),
    case when v_is_event then format(' and x.event_id %s %L', case when p_newer then '>' else '<' end, p_key) end);
end
$$;
comment on function private.event_range(text, boolean, timestamptz, text, text, timestamptz, timestamptz) is
  'The condition for events of a kind that are beyond the cursor (time, kind, key) and in a range of times.';

create function private.timeline_query(
  p_kinds text[], p_newer boolean, p_at timestamptz, p_kind text, p_key text, p_from timestamptz, p_to timestamptz, p_device boolean, p_code boolean, p_content boolean)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Each branch starts its index at the page's place and is limited before its texts are built. So a page reads a hundred of 100,000 rows. Rows
  -- of the same time are compared by kind and key.
  select string_agg(concat(
    format('select * from (select %s, %L, %s, %s, %s from %s x where ', s.at, s.kind, s.key, s.summary, s.detail, s.source),
    case when s.kind = 'operation' then 'x.object = any ($13) and x.object_id = $1::text collate "C"' else 'x.user_id = $1' end,
    case when s.is_ulid then private.event_range(s.kind, p_newer, p_at, p_kind, p_key, p_from, p_to)
      else format(' and %1$s >= $2 and %1$s < $3 and %1$s %2$s= $4 and (%1$s, %3$L, %4$s) %2$s ($4, $5, $6)', s.at, case when p_newer then '>' else '<' end, s.kind, s.key)
    end,
    ' and ' || case when p_device then s.device end, ' and ' || case when p_code then s.code end, ' and (' || s.condition || ')',
    ' order by ' || format(s.sort, case when p_newer then 'asc' else 'desc' end), ' limit $7) b'), ' union all ')
  from private.timeline_sources() s
  where s.kind = any (p_kinds) and not (p_device and s.device is null) and not (p_code and s.code is null) and (not p_content or s.kind = 'event')
$$;
comment on function private.timeline_query(text[], boolean, timestamptz, text, text, timestamptz, timestamptz, boolean, boolean, boolean) is
  'The union of the kinds that have all fields of the filters: at, kind, key, summary, detail. p_newer: rows after the cursor, not before it.';

create function private.support_timeline(
  p_learner uuid, p_reason text, p_after text, p_before text, p_limit integer, p_answers boolean, p_kinds text[], p_device uuid, p_code text,
  p_skill uuid, p_question uuid, p_from timestamptz, p_to timestamptz)
returns table (at timestamptz, kind text, summary text, detail jsonb, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Telemetry has many rows. It is shown when it is asked for.
  v_kinds constant text[] := coalesce(p_kinds, array(select s.kind from private.timeline_sources() s where s.kind <> 'telemetry'));
  v_limit constant integer := private.list_rows(p_limit);
  v_newer constant boolean := p_before is not null;
  v_from constant timestamptz := coalesce(p_from, '-infinity');
  v_to constant timestamptz := coalesce(p_to, 'infinity');
  v_at timestamptz := 'infinity';
  v_kind text := '';
  v_key text := '';
  v_query text;
begin
  -- 1 The caller and the parameters.
  perform private.require_look(p_reason, p_answers);
  if p_after is not null and p_before is not null then
    perform private.raise_error('support_invalid', '`after` and `before` exclude each other.', 'before');
  elsif cardinality(v_kinds) not between 1 and 20 or not v_kinds <@ array(select s.kind from private.timeline_sources() s) then
    perform private.raise_error('support_invalid', format('`with_kinds` must be some of %s.',
      (select string_agg(s.kind, ', ') from private.timeline_sources() s)), 'with_kinds');
  end if;
  if coalesce(p_after, p_before) is not null then
    select c.at, c.kind, c.key into v_at, v_kind, v_key from private.read_timeline_cursor(coalesce(p_after, p_before)) c;
  end if;
  perform private.audit('support_timeline', 'learner.state', p_learner::text, null, jsonb_strip_nulls(jsonb_build_object('reason', p_reason,
    'answers', p_answers, 'after', p_after, 'before', p_before, 'limit', v_limit, 'kinds', p_kinds, 'device', p_device, 'code', left(p_code, 100), 'skill', p_skill,
    'question', p_question, 'from', p_from, 'to', p_to)));

  -- 2 The rows next to the cursor, as many as fit into a page, and newest first.
  v_query := private.timeline_query(v_kinds, v_newer, v_at, v_kind, v_key, v_from, v_to, p_device is not null, p_code is not null,
    coalesce(p_skill, p_question) is not null);
  if v_query is null then
    return;
  end if;
  return query execute format($query$
    select p.at, p.kind, p.summary, p.detail, private.timeline_cursor(p.at, p.kind, p.key)
    from (
      select t.*, row_number() over w as place, sum(300 + octet_length(t.detail::text)) over w as bytes
      from (%s) t (at, kind, key, summary, detail)
      -- Keys are hex digits and zeros, which sort the same in every collation.
      window w as (order by t.at %2$s, t.kind %2$s, t.key %2$s)
      order by t.at %2$s, t.kind %2$s, t.key %2$s
      limit $7
    ) p
    where p.place = 1 or p.bytes <= private.max_page_bytes()
    order by p.at desc, p.kind desc, p.key desc$query$, v_query, case when v_newer then 'asc' else 'desc' end)
  using p_learner, v_from, v_to, v_at, v_kind, v_key, v_limit, p_answers, p_device, p_code, p_skill, p_question, private.learner_objects();
end
$$;
comment on function private.support_timeline(uuid, text, text, text, integer, boolean, text[], uuid, text, uuid, uuid, timestamptz, timestamptz) is
  'The core of support_timeline().';

create function public.support_timeline(
  learner uuid, reason text default null, after text default null, before text default null, page_rows integer default null,
  with_answers boolean default false, with_kinds text[] default null, with_device uuid default null, with_code text default null,
  with_skill uuid default null, with_question uuid default null, from_time timestamptz default null, to_time timestamptz default null)
returns table (at timestamptz, kind text, summary text, detail jsonb, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_timeline(learner, reason, after, before, page_rows, with_answers, with_kinds, with_device, with_code,
    with_skill, with_question, from_time, to_time);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_timeline(uuid, text, text, text, integer, boolean, text[], uuid, text, uuid, uuid, timestamptz, timestamptz) is
  'What happened to one learner, newest first: batches, events and reports (at their device''s time), quarantined events and support''s actions on '
  'them, devices, operations; with_kinds may add telemetry. At most 500 rows and 1 MiB, but at least one row. after: the last row''s cursor, for older '
  'rows. before: the first row''s, for newer ones. Filters leave out kinds without that field; to_time is exclusive. with_answers needs a grant. '
  'Support and admins, with a reason; audited. Errors: forbidden, support_invalid, cursor_invalid.';

grant execute on function
  private.support_timeline(uuid, text, text, text, integer, boolean, text[], uuid, text, uuid, uuid, timestamptz, timestamptz),
  public.support_timeline(uuid, text, text, text, integer, boolean, text[], uuid, text, uuid, uuid, timestamptz, timestamptz) to authenticated, service_role;
