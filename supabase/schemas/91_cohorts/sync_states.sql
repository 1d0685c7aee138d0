-- What:  sync_states(): how each device of a cohort's learners syncs, in words.
-- Why:   an instructor must tell a learner who does nothing from one whose work does not arrive (O3). The rule stands here alone. docs/instructors.md
--        has it as a table with what to do.

create function private.device_states(p_users uuid[])
returns table (
  user_id uuid, device_id uuid, platform text, app_version text, state text, since timestamptz, last_seen_at timestamptz, waiting bigint, refused bigint, code text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with device as materialized (
    select d.*, s.limited_at, d.session_id is not null and d.session_id <> all (o.sessions) as has_ended
    from unnest(p_users) u (id)
    join learner.device d on d.user_id = u.id
    join learner.state s on s.user_id = u.id
    cross join lateral (select private.open_sessions(u.id) as sessions) o
  ),
  setting as materialized (
    select s.*, private.ulid_floor(now() - s.problem_within) as reports_from,
      -- A clock may be ahead by some days. Later months need no look.
      private.ulid_floor(now() + s.problem_within) as reports_to
    from ops.cohort_setting s
  )
  select d.user_id, d.device_id, d.platform, d.app_version, k.state,
    case k.state when 'signed_out' then coalesce(d.revoked_at, d.last_seen_at) when 'storage_full' then f.received_at when 'unable_to_sync' then q.since else d.last_seen_at end,
    d.last_seen_at, w.waiting, coalesce(q.refused, 0),
    case k.state when 'storage_full' then f.code when 'unable_to_sync' then q.code when 'queued' then case when w.is_limited then 'rate_limited' end end
  from device d
  cross join setting s
  -- 1 The last failure of the app for want of storage, unless the device reported later that it works again.
  left join lateral (
    select t.body ->> 'code' as code, t.received_at
    from ops.telemetry t
    where t.user_id = d.user_id and t.event_id >= s.reports_from and t.event_id < s.reports_to and t.device_id = d.device_id and t.type = 'app.failed' and t.body ->> 'code' = any (s.storage_codes)
      and not exists (
        select from ops.telemetry r
        where r.user_id = t.user_id and r.event_id > t.event_id and r.event_id < s.reports_to and r.device_id = t.device_id and r.type = 'app.recovered' and r.body ->> 'code' = t.body ->> 'code')
    order by t.event_id desc limit 1
  ) f on true
  -- 2 Events that wait for support, dead letters included.
  left join lateral (
    select count(*) as refused, min(x.first_seen_at) as since, (array_agg(x.code order by x.last_seen_at desc, x.sha256))[1] as code
    from ops.quarantine x where x.user_id = d.user_id and x.device_id = d.device_id and x.status = 'open'
    having count(*) > 0
  ) q on true
  -- 3 Events on the device: those that its last report names and the server does not hold, and those that the last batch was told to send again.
  left join lateral (
    select t.event_id, (t.body ->> 'events')::numeric::integer as events,
      (select p.event_id from ops.telemetry p
       where p.user_id = t.user_id and p.event_id < t.event_id and p.event_id >= s.reports_from and p.device_id = t.device_id and p.type = 'outbox.created'
       order by p.event_id desc limit 1) as before
    from ops.telemetry t
    where t.user_id = d.user_id and t.event_id >= s.reports_from and t.event_id < s.reports_to and t.device_id = d.device_id and t.type = 'outbox.created'
    order by t.event_id desc limit 1
  ) r on true
  left join lateral (
    select b.retry, b.received_at from learner.batch b
    where b.user_id = d.user_id and b.device_id = d.device_id and b.received_at > now() - s.problem_within and b.received_at <= now() + interval '1 hour' order by b.received_at desc limit 1
  ) b on true
  cross join lateral (
    select coalesce(d.limited_at > greatest(b.received_at, now() - s.problem_within), false) as is_limited,
      -- The first report of a device may be about events of an earlier id of the device.
      greatest(case when r.before is not null then r.events - (
        select count(*) from (
          select e.event_id from learner.event e where e.user_id = d.user_id and e.event_id > r.before and e.event_id < r.event_id and e.device_id = d.device_id
          union
          select x.event_id from ops.quarantine x where x.user_id = d.user_id and x.event_id > r.before and x.event_id < r.event_id and x.device_id = d.device_id) held)
        else 0 end, 0) + coalesce(b.retry, 0) as waiting
    -- Counted once: without this, each use of the column would count again.
    offset 0
  ) w
  cross join lateral (
    select case
      when d.revoked_at is not null or d.has_ended then 'signed_out'
      when f.code is not null then 'storage_full'
      when q.refused is not null then 'unable_to_sync'
      when (w.waiting > 0 or w.is_limited) and d.last_seen_at > now() - s.syncing_within then 'syncing'
      when w.waiting > 0 or w.is_limited then 'queued'
      when d.last_seen_at > now() - s.synced_within then 'recently_synced'
      else 'not_recently_synced' end as state
  ) k
$$;
comment on function private.device_states(uuid[]) is
  'The sync state of each device of some learners: the first that holds of signed_out, storage_full, unable_to_sync, syncing, queued, recently_synced, not_recently_synced. '
  'waiting: events still on the device; refused: events that wait for support.';

create type private.learner_state as (user_id uuid, state text, since timestamptz, last_seen_at timestamptz, code text);
comment on type private.learner_state is 'How a learner''s device syncs.';

create function private.learner_states(p_users uuid[])
returns setof private.learner_state
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select u.id, coalesce(d.state, 'never_synced'), d.since, d.last_seen_at, d.code
  from unnest(p_users) u (id)
  left join (
    select distinct on (s.user_id) s.* from private.device_states(p_users) s order by s.user_id, s.state = 'signed_out', s.last_seen_at desc, s.device_id
  ) d on d.user_id = u.id
$$;
comment on function private.learner_states(uuid[]) is
  'The sync state of each learner: that of the device seen last, of those that are signed in if there is one. never_synced without a device.';

create function private.sync_states(p_cohort uuid, p_cursor text, p_limit integer)
returns table (
  learner_id uuid, email text, device_id uuid, platform text, app_version text, state text, since timestamptz, last_seen_at timestamptz, waiting bigint, refused bigint,
  code text, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  v_learners uuid[];
begin
  perform private.require_role('instructor', 'admin');
  v_learners := private.learners_page(p_cohort, private.cursor_id(p_cursor), least(private.list_rows(p_limit), 100));
  perform private.audit('sync_states', 'ops.cohort', p_cohort::text, null, jsonb_build_object('cursor', p_cursor, 'learners', cardinality(v_learners)));
  return query
  select u.id, a.email, d.device_id, d.platform, d.app_version, coalesce(d.state, 'never_synced'), d.since, d.last_seen_at, coalesce(d.waiting, 0), coalesce(d.refused, 0),
    d.code, u.id::text
  from unnest(v_learners) u (id)
  left join private.device_states(v_learners) d on d.user_id = u.id
  left join private.find_accounts(v_learners, '{}') a on a.id = u.id
  order by u.id, d.last_seen_at desc, d.device_id;
end
$$;
comment on function private.sync_states(uuid, text, integer) is 'The core of sync_states().';

create function public.sync_states(cohort uuid default null, after text default null, page_rows integer default null)
returns table (
  learner_id uuid, email text, device_id uuid, platform text, app_version text, state text, since timestamptz, last_seen_at timestamptz, waiting bigint, refused bigint,
  code text, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.sync_states(cohort, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.sync_states(uuid, text, integer) is
  'How each device of a cohort''s learners syncs: signed_out, storage_full, unable_to_sync, syncing, queued, recently_synced, not_recently_synced, never_synced, with the events that wait '
  'on the device (waiting) and for support (refused). page_rows: learners, at most 100; after is the last row''s cursor: go on until a page is empty. Without cohort for admins alone. '
  'Instructors and admins; each call is audited. Errors: forbidden, malformed_request, cohort_unknown, cursor_invalid.';

grant execute on function private.sync_states(uuid, text, integer), public.sync_states(uuid, text, integer) to authenticated, service_role;
