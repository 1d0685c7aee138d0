-- Generated from supabase/schemas/96_operators by `npm run generate`. Do not edit.
--
-- What:  what operators read of jobs, hours and quarantine, and the steering of apps over the API.
-- Why:   an operator sees and steers the service without SQL (O7, U8).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  drop function if exists private.health_by_hour, public.health_by_hour, private.jobs, public.jobs, private.quarantine_counts,
--          public.quarantine_counts, private.steering_rows, private.steering_settings, private.set_steering, private.remove_steering,
--          public.steering_rows, public.set_steering, public.remove_steering;

select private.revoke_default_grants();

-- Source: schemas/96_operators/health_by_hour.sql
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

-- Source: schemas/96_operators/quarantine_counts.sql
-- What:  quarantine_counts(): how many events wait in quarantine, by code.
-- Why:   an operator sees which fault keeps events out, without a look at any learner's data (U3, O7).

create function private.quarantine_counts()
returns table (code text, status text, events bigint, learners bigint, oldest_at timestamptz, newest_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select q.code, q.status, count(*), count(distinct q.user_id), min(q.first_seen_at), max(q.last_seen_at)
  -- Counted to a limit, because an exact number is not needed.
  from (select w.* from ops.quarantine w where w.status in ('open', 'held') limit 100000) q
  group by q.code, q.status
  order by count(*) desc, q.code, q.status
  limit private.max_list_rows();
end
$$;
comment on function private.quarantine_counts() is 'The core of quarantine_counts().';

create function public.quarantine_counts()
returns table (code text, status text, events bigint, learners bigint, oldest_at timestamptz, newest_at timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.quarantine_counts();
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.quarantine_counts() is
  'Events that wait in quarantine, counted to 100,000: by code and status (open: support decides; held: the server retries them by itself), with the number of '
  'learners and the first and last arrival. Names no learner, so no reason is asked for. Support and admins. Errors: forbidden.';

grant execute on function private.quarantine_counts(), public.quarantine_counts() to authenticated, service_role;

-- Source: schemas/96_operators/steering_rows.sql
-- What:  steering_rows(), set_steering() and remove_steering(): what the server asks of apps, read and changed over the API.
-- Why:   the kill switch must be within an operator's reach, with a reason and a trace, and without SQL (U8, O1, O7).

create function private.steering_rows(p_limit integer)
returns setof ops.steering
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select s.* from ops.steering s
  order by coalesce(s.platform, s.app_from, s.app_before) is not null, s.platform nulls first, private.app_version(s.app_from) nulls first, s.id
  limit private.list_rows(p_limit);
end
$$;
comment on function private.steering_rows(integer) is 'The core of steering_rows().';

create function private.steering_settings(p_settings jsonb, p_row ops.steering)
returns ops.steering
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unknown text;
begin
  if jsonb_typeof(p_settings) is distinct from 'object' or p_settings = '{}' or octet_length(p_settings::text) > 8192 then
    perform private.raise_error('malformed_request', '`settings` must be a JSON object with at least one setting, of at most 8192 bytes.', 'settings');
  end if;
  -- The range names the row, so it is no setting.
  select k into v_unknown from jsonb_object_keys(p_settings) k
  where k in ('id', 'platform', 'app_from', 'app_before') or not to_jsonb(p_row) ? k limit 1;
  if v_unknown is not null then
    perform private.raise_error('malformed_request', format('`settings` has no setting %s.', left(v_unknown, 60)), 'settings');
  end if;
  return jsonb_populate_record(p_row, p_settings);
exception
  when data_exception then
    perform private.raise_error('malformed_request', '`settings` has a value of the wrong type.', 'settings');
end
$$;
comment on function private.steering_settings(jsonb, ops.steering) is
  'A row of steering with some settings changed. Raises malformed_request for an unknown setting or a value of the wrong type.';

create function private.set_steering(p_settings jsonb, p_reason text, p_platform text, p_from text, p_before text)
returns ops.steering
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row ops.steering;
  v_rule text;
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  if length(concat(p_from, p_before)) > 100 then
    perform private.raise_error('malformed_request', '`from_version` and `before_version` may have at most 100 characters together.', 'from_version');
  end if;
  -- One change at a time. The row of defaults always exists.
  perform from ops.steering s where coalesce(s.platform, s.app_from, s.app_before) is null for update;
  select * into v_row from ops.steering s
  where s.platform is not distinct from p_platform and s.app_from is not distinct from p_from and s.app_before is not distinct from p_before;
  v_row := private.steering_settings(p_settings, v_row);
  if v_row.id is null then
    insert into ops.steering (platform, app_from, app_before) values (p_platform, p_from, p_before) returning id into v_row.id;
  end if;
  -- Only what was asked for, so that two changes at a time do not undo each other. The names are columns: steering_settings() has checked them.
  execute format('update ops.steering s set %s where s.id = ($1).id returning *',
    (select string_agg(format('%1$I = ($1).%1$I', k), ', ') from jsonb_object_keys(p_settings) k)) into v_row using v_row;
  -- Triggers audit the row before and after.
  perform private.audit('set_steering', 'ops.steering', v_row.id::text, null, jsonb_build_object('reason', p_reason, 'settings', p_settings));
  return v_row;
exception
  when check_violation then
    get stacked diagnostics v_rule = constraint_name;
    perform private.raise_error('malformed_request', format('The change breaks the rule %s.', replace(substr(v_rule, 10), '_', ' ')), v_rule);
end
$$;
comment on function private.set_steering(jsonb, text, text, text, text) is 'The core of set_steering().';

create function private.remove_steering(p_row bigint, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  delete from ops.steering s where s.id = p_row and coalesce(s.platform, s.app_from, s.app_before) is not null;
  if not found then
    perform private.raise_error('malformed_request', '`steering` must be the id of a row that has a platform or versions.', 'steering');
  end if;
  perform private.audit('remove_steering', 'ops.steering', p_row::text, null, jsonb_build_object('reason', p_reason));
end
$$;
comment on function private.remove_steering(bigint, text) is 'The core of remove_steering().';

-- Source: schemas/96_operators/steering_rpc.sql
-- What:  the functions for clients around steering_rows.sql.
-- Why:   the API shows no table of ops. The rows are the table's own, so that a new setting needs no change here (U8, O7).

create function public.steering_rows(page_rows integer default null)
returns setof ops.steering
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.steering_rows(page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.steering_rows(integer) is
  'The rows of steering, the defaults first, at most 500. In a row with a platform or versions, null means the value of the next more general row. '
  'Support and admins. Errors: forbidden.';

create function public.set_steering(
  settings jsonb, reason text, for_platform text default null, from_version text default null, before_version text default null)
returns setof ops.steering
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.set_steering(settings, reason, for_platform, from_version, before_version);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.set_steering(jsonb, text, text, text, text) is
  'Changes some settings of one row of steering, for a reason, and returns the row. for_platform and the versions name the row (app_from, app_before), '
  'none of them the defaults; a missing row is added. settings is an object such as {"paused": true, "pause_reason": "Back at 18:00.", "pause_s": 3600}; null: the value of the next more general row. '
  'Admins; audited with the row before and after. Errors: forbidden, support_invalid, malformed_request.';

create function public.remove_steering(steering bigint, reason text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.remove_steering(steering, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.remove_steering(bigint, text) is
  'Removes a row of steering that has a platform or versions, for a reason. Apps get the values of the next more general row. Admins; audited. '
  'Errors: forbidden, support_invalid, malformed_request.';

grant execute on function private.steering_rows(integer), private.set_steering(jsonb, text, text, text, text), private.remove_steering(bigint, text),
  public.steering_rows(integer), public.set_steering(jsonb, text, text, text, text), public.remove_steering(bigint, text) to authenticated, service_role;
