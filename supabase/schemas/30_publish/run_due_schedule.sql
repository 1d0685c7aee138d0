-- What:  ops.run_due_schedule(), which publishes a due schedule, and its job.
-- Why:   schedules need a runner (C5), and a failed schedule must not undo the release of another one.

create function private.finish_schedule(p_id bigint, p_state text, p_version integer, p_error text, p_detail text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schedule content.schedule;
begin
  update content.schedule s
  set state = p_state, version = p_version, error = p_error, detail = p_detail, attempts = s.attempts + 1,
    finished_at = case when p_state <> 'pending' then clock_timestamp() end
  where s.id = p_id returning * into v_schedule;
  perform private.audit('run_schedule', 'content.schedule', p_id::text, null, to_jsonb(v_schedule));
end
$$;
comment on function private.finish_schedule(bigint, text, integer, text, text) is 'Records and audits the result of a due schedule.';

create function ops.run_due_schedule(p_now timestamptz default clock_timestamp())
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_due content.schedule;
  v_version integer;
  v_state text;
  v_error text;
  v_detail text;
begin
  perform private.require_role('admin');
  if private.is_upgrading() then
    return null;
  end if;
  -- 1 One schedule per call, and so per transaction: a timeout or a crash undoes no earlier release, and devices do not wait.
  --   Schedules with fewer attempts come first, so a schedule that never ends in time does not delay the others.
  --   Rows that another run or a cancellation holds are skipped.
  select * into v_due from content.schedule s
  where s.state = 'pending' and s.due_at <= p_now
  order by s.attempts, s.due_at, s.id
  limit 1 for update skip locked;
  if not found then
    return null;
  end if;

  -- 2 Publish, or undo a failed publish.
  begin
    -- This preview may have been published by hand meanwhile.
    select r.version into v_version from content.release r where r.change_hash = decode(v_due.expected_hash, 'hex');
    if not found then
      v_version := private.publish_drafts(v_due.note, v_due.expected_hash, v_due.force, v_due.created_by, null) ->> 'version';
    end if;
    v_state := 'published';
  exception when query_canceled or others then
    -- `others` does not include a cancelled statement. A timeout of the hosted platform (two minutes) or a cancellation must be recorded,
    -- or this schedule would always be tried first.
    get stacked diagnostics v_error = returned_sqlstate, v_detail = message_text;
    v_version := null;
    -- Deadlocks, lock timeouts, full disks and similar errors are temporary: the schedule stays pending for a retry.
    v_state := case when left(v_error, 2) in ('40', '53', '55', '57', '58') then 'pending' else 'failed' end;
  end;

  -- 3 Record the result.
  perform private.finish_schedule(v_due.id, v_state, v_version, v_error, v_detail);
  return v_version;
end
$$;
comment on function ops.run_due_schedule(timestamptz) is
  'Publishes one due schedule and returns its version. Null: none was due, or it failed and its row has the error. By pg_cron.';

-- Twice a minute, because each run publishes one schedule.
select private.schedule_job('schedules', '30 seconds', '1 minute', 'select ops.run_due_schedule()');
