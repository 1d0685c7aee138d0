-- What:  ops.run_due_schedule(), which publishes what is due, and its job.
-- Why:   a schedule that nobody looks at is never due (C5); and one schedule's trouble must not undo another's release.

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
  -- 1 One a call, and so one a transaction: whatever ends this one, a timeout or the server's end, takes no release back that was
  --   published before, and devices do not wait for it. Those that were tried come after those that were not: should one never end in time, it
  --   holds up none. Another run, or a cancellation under way, has its row; this one goes on with the next.
  select * into v_due from content.schedule s
  where s.state = 'pending' and s.due_at <= p_now
  order by s.attempts, s.due_at, s.id
  limit 1 for update skip locked;
  if not found then
    return null;
  end if;

  -- 2 Publish, or take back what publishing did.
  begin
    -- Published by hand in the meantime, the very same preview: that is what was wanted.
    select r.version into v_version from content.release r where r.change_hash = decode(v_due.expected_hash, 'hex');
    if not found then
      v_version := private.publish_drafts(v_due.note, v_due.expected_hash, v_due.force, v_due.created_by, null) ->> 'version';
    end if;
    v_state := 'published';
  exception when query_canceled or others then
    -- A cancelled statement is not among the others: neither hosted's two minutes nor whoever cancels may leave no trace here, or
    -- this one would be the first to be tried again.
    get stacked diagnostics v_error = returned_sqlstate, v_detail = message_text;
    v_version := null;
    -- Deadlocks, lock timeouts, full disks and the like pass: it stays pending, and a later run tries again.
    v_state := case when left(v_error, 2) in ('40', '53', '55', '57', '58') then 'pending' else 'failed' end;
  end;

  -- 3 Say how it went.
  update content.schedule s
  set state = v_state, version = v_version, error = v_error, detail = v_detail, attempts = s.attempts + 1,
    finished_at = case when v_state <> 'pending' then clock_timestamp() end
  where s.id = v_due.id returning * into v_due;
  perform private.audit('run_schedule', 'content.schedule', v_due.id::text, null, to_jsonb(v_due));
  return v_version;
end
$$;
comment on function ops.run_due_schedule(timestamptz) is
  'Publishes one schedule that is due and returns its version; null: none was due, or it could not be published, which is on its record. By cron.';

-- Twice a minute: of several that are due at once, each has a run of its own.
select private.schedule_job('schedules', '30 seconds', '1 minute', 'select ops.run_due_schedule()');
