-- What:  health_by_hour(), the sums of each hour for charts; jobs(), each scheduled job with its state.
-- Why:   a value of sync_health says that something is wrong, and its course says since when (O4, O7).

create function private.health_by_hour(p_hours integer)
returns table (
  hour timestamptz, events bigint, answers bigint, delay_s double precision, made bigint, held bigint, batches bigint, quarantined bigint,
  dead_letters bigint, failures bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select s.hour, s.events, s.answers, s.delay_ms / nullif(s.timed, 0) / 1000.0, s.made, s.held, s.batches, s.quarantined, s.dead_letters, s.failures
  from (
    select h.hour,
      coalesce(sum(h.amount) filter (where h.metric = 'events'), 0)::bigint as events,
      coalesce(sum(h.amount) filter (where h.metric = 'answers'), 0)::bigint as answers,
      -- Answers of offline periods are in both sums.
      coalesce(sum(h.amount) filter (where h.metric = 'answer_delay'), 0)
        - coalesce(sum(h.amount) filter (where h.metric = 'answer_delay_offline'), 0) as timed,
      (coalesce(sum(h.amount) filter (where h.metric = 'answer_delay_ms'), 0)
        - coalesce(sum(h.amount) filter (where h.metric = 'answer_delay_offline_ms'), 0))::double precision as delay_ms,
      coalesce(sum(h.amount) filter (where h.metric = 'outbox_events' and h.label = 'made'), 0)::bigint as made,
      coalesce(sum(h.amount) filter (where h.metric = 'outbox_events' and h.label = 'held'), 0)::bigint as held,
      coalesce(sum(h.amount) filter (where h.metric = 'batches'), 0)::bigint as batches,
      coalesce(sum(h.amount) filter (where h.metric = 'results' and h.label = 'quarantined'), 0)::bigint as quarantined,
      coalesce(sum(h.amount) filter (where h.metric = 'dead_letters'), 0)::bigint as dead_letters,
      coalesce(sum(h.amount) filter (where h.metric = 'failures'), 0)::bigint as failures
    from ops.health_hour h
    where h.hour > now() - make_interval(hours => private.row_limit('hours', p_hours, 168, 744))
    group by h.hour
  ) s
  order by s.hour;
end
$$;
comment on function private.health_by_hour(integer) is 'The core of health_by_hour().';

create function public.health_by_hour(hours integer default 168)
returns table (
  hour timestamptz, events bigint, answers bigint, delay_s double precision, made bigint, held bigint, batches bigint, quarantined bigint,
  dead_letters bigint, failures bigint)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.health_by_hour(hours);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.health_by_hour(integer) is
  'The sums of the last hours (at most 744), oldest first; an hour in which nothing arrived is left out. delay_s: the mean seconds from an answer to its '
  'arrival, without offline periods. made and held: events that devices reported, and those of them that the server held in time. Support and admins. '
  'Errors: forbidden, malformed_request.';

create function private.jobs()
returns table (
  name text, state text, every_s bigint, last_run_at timestamptz, last_ok_at timestamptz, failures integer, last_error text, detail jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select j.name, s.state, extract(epoch from j.every)::bigint, j.last_run_at, j.last_ok_at, j.failures, j.last_error, j.detail
  from ops.job j
  cross join lateral (select case when j.failures > 0 then 'failing' when private.is_late(j.last_run_at, j.every) then 'late' else 'ok' end) s (state)
  order by s.state = 'ok', j.name
  limit private.max_list_rows();
end
$$;
comment on function private.jobs() is 'The core of jobs().';

create function public.jobs()
returns table (
  name text, state text, every_s bigint, last_run_at timestamptz, last_ok_at timestamptz, failures integer, last_error text, detail jsonb)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.jobs();
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.jobs() is
  'The scheduled jobs: state (ok, failing, late), the seconds between two runs, the last run, the last successful run, the failures since, the last error, and '
  'what the last run returned. Failing and late jobs come first. Support and admins. Errors: forbidden.';

grant execute on function private.health_by_hour(integer), private.jobs(), public.health_by_hour(integer), public.jobs() to authenticated, service_role;
