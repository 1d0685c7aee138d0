-- What:  known_events(): the events of a batch that the server has already stored with the same content.
-- Why:   a device that did not get the answer retries its batch. The retry must cost less than the first time.

create function private.known_events(p_user uuid, p_lines private.line[])
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_ids uuid[];
begin
  v_ids := array(
    select private.ulid_to_uuid(l.event ->> 'id') from unnest(p_lines) l where private.is_ulid(l.event ->> 'id') order by 1);
  return array(
    with sent as materialized (
      select l.place, l.event, private.ulid_to_uuid(l.event ->> 'id') as event_id
      from unnest(p_lines) l
      where private.is_ulid(l.event ->> 'id')
    ),
    kept as materialized (
      -- The range condition excludes partitions that cannot contain the ids.
      select e.event_id, e.type, e.type_version, e.device_id, e.occurred_at, e.utc_offset_minutes, e.clock_offset_ms, e.answered_at, e.body
      from learner.event e
      where e.user_id = p_user and e.event_id = any (v_ids) and e.event_id between v_ids[1] and v_ids[cardinality(v_ids)]
      union all
      select t.event_id, t.type, t.type_version, t.device_id, t.occurred_at, t.utc_offset_minutes, null, null, t.body
      from ops.telemetry t
      where t.user_id = p_user and t.event_id = any (v_ids) and t.event_id between v_ids[1] and v_ids[cardinality(v_ids)]
    )
    select row(s.place, s.event ->> 'id', 'duplicate', null, k.event_id, k.type, null, null, null, null, null, null,
      null, null, null, null, 0, null, null, null, null, null)::private.incoming
    from sent s
    join kept k using (event_id)
    -- The whole event is compared, so that an invalid event is never mistaken for a stored one. If only the form of a value differs
    -- (a time without milliseconds), the event is checked in full and then found to be a duplicate.
    where s.event @> jsonb_build_object('id', s.event ->> 'id', 'type', k.type, 'version', k.type_version, 'learner_id', p_user, 'device_id', k.device_id,
        'utc_offset_minutes', k.utc_offset_minutes, 'occurred_at', to_char(k.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      and date_trunc('milliseconds', k.occurred_at) = k.occurred_at and s.event -> 'body' = k.body
      and nullif(s.event -> 'clock_offset_ms', 'null') is not distinct from to_jsonb(k.clock_offset_ms)
      and s.event ->> 'answered_at' is not distinct from to_char(k.answered_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    order by s.place);
end
$$;
comment on function private.known_events(uuid, private.line[]) is
  'The lines that the ledger or the telemetry has with the same content, as events with the code duplicate.';
