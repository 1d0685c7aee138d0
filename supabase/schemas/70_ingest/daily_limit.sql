-- What:  the limit on what a learner's batches store in a day: the size of an event, and within_day(), which defers what has no room.
-- Why:   within the rate limits one learner could store 190 GB a day. What has no room waits on the device and is not lost (U8).

create function private.event_bytes(p_events private.incoming[])
returns bigint
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The rows' fixed columns, their index entries and the body before compression, with an eighth for the chunks of long values. A body of
  -- numbers is six times as long as its text. An attempt keeps its answer a second time.
  return (
    select coalesce(sum(case
      when e.code = 'telemetry' then 256 + pg_column_size(e.body) * 9 / 8
      when e.type = 'attempt.recorded' then 768 + 2 * pg_column_size(e.body) * 9 / 8
      else 768 + pg_column_size(e.body) * 9 / 8 end), 0)
    from unnest(p_events) e
    where e.code is null or e.code = 'telemetry');
end
$$;
comment on function private.event_bytes(private.incoming[]) is
  'The bytes that checked events take at most in the ledger and its projections, or in ops.telemetry, indexes included.';

create function private.quarantine_bytes(p_event private.incoming, p_line text)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return 1024 + octet_length(p_line) * 9 / 8
    -- The server applies a held event by itself some day, whatever that day has stored. So its room in the ledger is taken now.
    + case when exists (select from private.error_code c where c.code = p_event.code and c.held)
      then private.event_bytes(array[private.with_code(p_event, null)]) else 0 end;
end
$$;
comment on function private.quarantine_bytes(private.incoming, text) is
  'The bytes that an event and its text take at most in ops.quarantine, with a reason and the indexes, and in the ledger if it is held.';

create function private.kept_bytes(p_events private.incoming[], p_lines text[])
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    -- A text that was kept before counts again, because its row is written again.
    select coalesce(sum(private.quarantine_bytes(e, p_lines[e.place + 1])), 0)
    from unnest(p_events) e join private.error_code c on c.code = e.code
    where c.outcome = 'quarantined');
end
$$;
comment on function private.kept_bytes(private.incoming[], text[]) is 'The bytes that the events of a batch took in ops.quarantine.';

create function private.projection_bytes(p_user uuid, p_skills uuid[])
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- An update leaves the old version of the row until the next vacuum.
  return coalesce((select sum(256 + pg_column_size(p.completed)) from learner.skill_progress p where p.user_id = p_user and p.skill_id = any (p_skills)), 0)
    + coalesce((select pg_column_size(d.days) from learner.practice d where d.user_id = p_user), 0);
end
$$;
comment on function private.projection_bytes(uuid, uuid[]) is 'The bytes of the rows that an event of each of these skills writes again.';

create function private.within_day(p_user uuid, p_events private.incoming[], p_lines text[], p_room bigint)
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_room constant bigint := p_room - private.projection_bytes(p_user, array(select e.skill_id from unnest(p_events) e where e.code is null));
begin
  return array(
    select case when s.bytes > 0 and sum(s.bytes) over (order by s.place) > v_room then private.with_code(s.event, 'daily_limit') else s.event end
    from (
      select e.place, e as event, case
        -- What the server has already needs no room, and gets its answer at any time.
        when e.code is null or e.code = 'telemetry' then case when not exists (
            select from learner.event l
            where l.user_id = p_user and l.event_id = e.event_id
              and (l.type, l.type_version, l.occurred_at) = (e.type, e.type_version, e.occurred_at) and private.is_same_body(l.body, e.body)
            union all
            select from ops.telemetry t
            where t.user_id = p_user and t.event_id = e.event_id
              and (t.type, t.type_version, t.occurred_at) = (e.type, e.type_version, e.occurred_at) and private.is_same_body(t.body, e.body))
          -- An event whose id is taken goes into quarantine instead.
          then greatest(private.event_bytes(array[e]), private.quarantine_bytes(e, p_lines[e.place + 1])) end
        when exists (select from private.error_code c where c.code = e.code and c.outcome = 'quarantined') then case when not exists (
            select from ops.quarantine q where q.user_id = p_user and q.sha256 = sha256(convert_to(p_lines[e.place + 1], 'UTF8')))
          then private.quarantine_bytes(e, p_lines[e.place + 1]) end
      end as bytes
      from unnest(p_events) e
    ) s
    order by s.place);
end
$$;
comment on function private.within_day(uuid, private.incoming[], text[], bigint) is
  'The events of a batch. Those that would store more than p_room bytes get the code daily_limit, in the order of the batch.';

create function private.seconds_to_next_day()
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- At most six hours, because an operator may raise the limit.
  select least(86400 - floor(extract(epoch from clock_timestamp() at time zone 'utc'))::bigint % 86400, 21600)::integer
$$;
comment on function private.seconds_to_next_day() is 'Seconds after which an event beyond the day''s limit is to be sent again.';
