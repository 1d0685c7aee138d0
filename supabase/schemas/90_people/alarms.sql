-- What:  alarms(): one list of everything that needs a person: failing or late jobs, missing partitions, projection differences, late releases, erasures.
-- Why:   each of these faults is silent, so support and monitoring need one place to look (O4). Every text names the call that mends the
--        fault, so that nobody has to search for it.

create function private.alarms()
returns table (name text, since timestamptz, detail text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select 'job_failing', j.last_ok_at, format('The job %s has failed %s times: %s. After mending the cause, an admin runs it: %s',
    j.name, j.failures, j.last_error, j.command)
  from ops.job j where j.failures > 0
  union all
  select 'job_late', j.last_run_at, format('The job %s should run every %s: see docs/operations.md#jobs. To run it once: %s',
    j.name, j.every, j.command)
  from ops.job j where private.is_late(j.last_run_at, j.every)
  union all
  select 'partitions_short', null, format('%s.%s has partitions for %s months ahead. An admin creates them: ops.ensure_partitions()',
    t.schema, t.name, m.ahead)
  from private.partitioned_tables() t cross join lateral private.months_ahead(t.schema, t.name) m (ahead)
  -- Partitions are created 12 months ahead, one a minute. Fewer than three left means months of unanswered alarms.
  where m.ahead < 3
  union all
  select 'projections_differ', min(d.found_at), format('%s rows of %s learners differ from their ledger. projection_differences() shows them, and rebuild_learner() mends them',
    count(*), count(distinct d.user_id))
  from ops.projection_difference d
  where d.resolved_at is null and not exists (select from ops.erasure x where x.user_id = d.user_id) having count(*) > 0
  union all
  -- A job run counts as successful even if the release failed.
  select 'schedules_overdue', min(s.due_at), format('%s scheduled releases are past their time; the last error: %s. To publish them now: ops.run_due_schedule(); to give one up: cancel_schedule()',
    count(*), coalesce(max(s.error), 'none'))
  from content.schedule s where s.state = 'pending' and s.due_at < now() - interval '15 minutes' having count(*) > 0
  union all
  select 'erasures_late', min(e.requested_at), format('%s learners are not erased yet. An admin continues: ops.run_erasures()', count(*))
  from ops.erasure e where e.erased_at is null and e.requested_at < now() - interval '1 day' having count(*) > 0
  union all
  select 'erasures_failing', min(e.requested_at), format('%s erasures fail and are tried again; the last error: %s. After mending it, an admin calls ops.erase_learner()',
    count(*), max(e.last_error))
  from ops.erasure e where e.failures > 0 having count(*) > 0
  union all
  -- A clean-up by the date of creation deletes learners who are active. One learner who leaves raises nothing.
  select 'active_accounts_deleted', min(a.deleted_at),
    format('%s accounts were deleted whose learners were active within a week; they are erased from %s on. If this was a mistake, an admin calls ops.cancel_deletion()',
      count(*), to_char(min(a.erase_at) at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"'))
  from ops.account_deletion a
  where exists (select from learner.device d where d.user_id = a.user_id and d.last_seen_at > a.deleted_at - interval '7 days') having count(*) >= 20
  union all
  -- After a restore these erasures are needed from outside the database.
  select 'erasures_unsent', min(m.created_at), format('%s erasures did not reach their endpoint. An admin sees them in webhook_deliveries() and sends them again: retry_webhook()', count(*))
  from ops.webhook_message m join ops.webhook_delivery d on d.message_id = m.id
  where m.type = 'learner.erased' and d.state <> 'delivered' and m.created_at < now() - interval '1 hour' having count(*) > 0
  union all
  select 'erasures_unchecked', h.rotated_at, 'The history has changed. After a restore, an admin calls ops.reapply_erasures() in a SQL console'
  from ops.history h where not exists (select from ops.erasure_check c where c.history = private.history())
  union all
  -- While a trigger is disabled, changes by hand leave no trace.
  select 'trigger_disabled', null, format('Trigger %I of %s is disabled. An admin enables it: alter table %2$s enable %strigger %1$I',
    t.tgname, t.tgrelid::regclass, case t.tgfoid when 'private.new_seed()'::regprocedure then 'always ' when 'private.note_put_back()'::regprocedure then 'replica ' end)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace, 'private'::regnamespace)
    and not t.tgisinternal and case when t.tgfoid = 'private.note_put_back()'::regprocedure then t.tgenabled <> 'R' else t.tgenabled in ('D', 'R') end
  union all
  select 'trigger_missing', null, format('Trigger %s of %s was dropped. An admin calls private.restore_triggers(), and looks for changes that left no trace', t.name, t.relation)
  from private.missing_triggers() t
  union all
  select 'moves_unfinished', min(l.since), format('%s learners have been moving between cells for more than 15 minutes, and their devices wait. An operator continues: see docs/scaling.md#place-and-move-learners', count(*))
  from ops.learner_cell l where l.state <> 'settled' and l.since < now() - interval '15 minutes'
  having count(*) > 0
  union all
  select 'worker_silent', w.since, format('%s has not answered %s wake-ups: see its log, and docs/restore.md#the-functions-cannot-connect', w.slug, w.wakes)
  from private.silent_workers() w
  order by 1, 3;
end
$$;
comment on function private.alarms() is 'The core of alarms().';

create function public.alarms()
returns table (name text, since timestamptz, detail text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.alarms();
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.alarms() is
  'Everything that needs a person now: {name, since, detail}; empty if all is well. Support and admins. Names: job_failing, job_late, '
  'partitions_short, projections_differ, schedules_overdue, erasures_late, erasures_failing, active_accounts_deleted, erasures_unsent, erasures_unchecked, '
  'moves_unfinished, trigger_disabled, trigger_missing, worker_silent.';

grant execute on function private.alarms(), public.alarms() to authenticated, service_role;
