-- What:  alarms(): one list of everything that needs a person: failing or late jobs, missing partitions, projection differences, late releases, erasures.
-- Why:   each of these faults is silent, so support and monitoring need one place to look (O4). Every text names the call that mends the
--        fault, so that nobody has to search for it. A count stands behind its noun, so that each text is right for one and for many.

create function private.open_alarms()
returns table (name text, subject text, since timestamptz, newest timestamptz, detail text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'job_failing', j.name, j.last_ok_at, j.last_ok_at, format('The job %s fails (runs in a row: %s): %s. After mending the cause, an admin runs it: %s',
    j.name, j.failures, j.last_error, j.command)
  from ops.job j where j.failures > 0
  union all
  select 'job_late', j.name, j.last_run_at, j.last_run_at, format('The job %s should run every %s: see docs/operations.md#jobs. To run it once: %s',
    j.name, j.every, j.command)
  from ops.job j where private.is_late(j.last_run_at, j.every)
  union all
  select 'partitions_short', t.schema || '.' || t.name, null, null, format('Months ahead for which %s.%s has partitions: %s. An admin creates them: ops.ensure_partitions()',
    t.schema, t.name, m.ahead)
  from private.partitioned_tables() t cross join lateral private.months_ahead(t.schema, t.name) m (ahead)
  -- Partitions are created 12 months ahead, one a minute. Fewer than three left means months of unanswered alarms.
  where m.ahead < 3
  union all
  select 'projections_differ', '', min(d.found_at), max(d.found_at), format('Rows that differ from their ledger: %s; learners: %s. projection_differences() shows them, and rebuild_learner() mends them',
    count(*), count(distinct d.user_id))
  from ops.projection_difference d
  where d.resolved_at is null and not exists (select from ops.erasure x where x.user_id = d.user_id) having count(*) > 0
  union all
  -- A job run counts as successful even if the release failed.
  select 'schedules_overdue', '', min(s.due_at), max(s.due_at) + interval '15 minutes', format('Scheduled releases that are past their time: %s; the last error: %s. To publish them now: ops.run_due_schedule(); to give one up: cancel_schedule()',
    count(*), coalesce(max(s.error), 'none'))
  from content.schedule s where s.state = 'pending' and s.due_at < now() - interval '15 minutes' having count(*) > 0
  union all
  select 'erasures_late', '', min(e.requested_at), max(e.requested_at) + interval '1 day', format('Learners who are not erased yet: %s. An admin continues: ops.run_erasures()', count(*))
  from ops.erasure e where e.erased_at is null and e.requested_at < now() - interval '1 day' having count(*) > 0
  union all
  select 'erasures_failing', '', min(e.requested_at), max(e.requested_at), format('Erasures that fail and are tried again: %s; the last error: %s. After mending it, an admin calls ops.erase_learner()',
    count(*), max(e.last_error))
  from ops.erasure e where e.failures > 0 having count(*) > 0
  union all
  -- A clean-up by the date of creation deletes learners who are active. One learner who leaves raises nothing.
  select 'active_accounts_deleted', '', min(a.deleted_at), max(a.deleted_at),
    format('%s accounts were deleted whose learners were active within a week; they are erased from %s on. If this was a mistake, an admin calls ops.cancel_deletion()',
      count(*), to_char(min(a.erase_at) at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"'))
  from ops.account_deletion a
  where exists (select from learner.device d where d.user_id = a.user_id and d.last_seen_at > a.deleted_at - interval '7 days') having count(*) >= 20
  union all
  -- After a restore these erasures are needed from outside the database.
  select 'erasures_unsent', '', min(m.created_at), max(m.created_at) + interval '1 hour', format('Erasures that did not reach their endpoint: %s. An admin sees them in webhook_deliveries() and sends them again: retry_webhook()', count(*))
  from ops.webhook_message m join ops.webhook_delivery d on d.message_id = m.id
  where m.type = 'learner.erased' and d.state <> 'delivered' and m.created_at < now() - interval '1 hour' having count(*) > 0
  union all
  select 'erasures_unchecked', '', h.rotated_at, h.rotated_at, 'The history has changed. After a restore, an admin calls ops.reapply_erasures() in a SQL console'
  from ops.history h where not exists (select from ops.erasure_check c where c.history = private.history())
  union all
  -- While a trigger is disabled, changes by hand leave no trace.
  select 'trigger_disabled', t.tgname || ' of ' || t.tgrelid::regclass, null, null, format('Trigger %I of %s is disabled. An admin enables it: alter table %2$s enable %strigger %1$I',
    t.tgname, t.tgrelid::regclass, case t.tgfoid when 'private.new_seed()'::regprocedure then 'always ' when 'private.note_put_back()'::regprocedure then 'replica ' end)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace, 'private'::regnamespace)
    and not t.tgisinternal and case when t.tgfoid = 'private.note_put_back()'::regprocedure then t.tgenabled <> 'R' else t.tgenabled in ('D', 'R') end
  union all
  select 'trigger_missing', t.name || ' of ' || t.relation, null, null, format('Trigger %s of %s was dropped. An admin calls private.restore_triggers(), and looks for changes that left no trace', t.name, t.relation)
  from private.missing_triggers() t
  union all
  select 'moves_unfinished', '', min(l.since), max(l.since) + interval '15 minutes', format('Learners who have been moving between cells for more than 15 minutes, and whose devices wait: %s. An operator continues: see docs/scaling.md#place-and-move-learners', count(*))
  from ops.learner_cell l where l.state <> 'settled' and l.since < now() - interval '15 minutes'
  having count(*) > 0
  union all
  select 'worker_silent', w.slug, w.since, w.since, format('%s has not answered %s wake-ups: see its log, and docs/restore.md#the-functions-cannot-connect', w.slug, w.wakes)
  from private.silent_workers() w
  order by 1, 5;
end
$$;
comment on function private.open_alarms() is
  'Everything that is wrong now. subject is the job, table, trigger or function that an alarm is about; empty: its name says all. '
  'since is when its first cause began, newest when its last one did: more of the same is more than an operator acknowledged.';

create function private.alarms()
returns table (
  name text, since timestamptz, detail text, subject text, acknowledged_at timestamptz, acknowledged_by text, acknowledged_reason text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select a.name, a.since, a.detail, a.subject, k.at, coalesce(k.actor::text, k.actor_role), k.reason
  from private.open_alarms() a
  left join ops.alarm_acknowledgement k on k.alarm = a.name and k.subject = a.subject and private.is_acknowledged(a.newest, k.at)
  order by k.at is not null, a.name, a.detail;
end
$$;
comment on function private.alarms() is 'The core of alarms().';

create function public.alarms()
returns table (
  name text, since timestamptz, detail text, subject text, acknowledged_at timestamptz, acknowledged_by text, acknowledged_reason text)
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
  'Everything that needs a person now, empty if all is well. An acknowledged alarm comes last, with when, by whom (a user''s id, or the role of a SQL '
  'console) and why, until its cause is gone: see acknowledge_alarm(). Support and admins. Names: job_failing, job_late, '
  'partitions_short, projections_differ, schedules_overdue, erasures_late, erasures_failing, active_accounts_deleted, erasures_unsent, erasures_unchecked, '
  'moves_unfinished, trigger_disabled, trigger_missing, worker_silent.';

grant execute on function private.alarms(), public.alarms() to authenticated, service_role;
