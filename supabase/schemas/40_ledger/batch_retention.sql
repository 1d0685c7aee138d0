-- What:  ops.drop_old_batches(), a nightly job that drops expired months of learner.batch.
-- Why:   the log of batches helps support for some months. It must not grow for ever with every poll of a device.

create function ops.drop_old_batches(p_now timestamptz default now())
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  v_before constant timestamptz := p_now - make_interval(days => (select s.keep_batch_days from ops.pressure_setting s));
begin
  perform private.require_role('admin');
  return private.drop_old_months('learner', 'batch', v_before);
end
$$;
comment on function ops.drop_old_batches(timestamptz) is 'Drops expired months of the log of batches. Returns their number. Admins and jobs.';

select private.schedule_job('batches', '33 3 * * *', '1 day', 'select ops.drop_old_batches()');
