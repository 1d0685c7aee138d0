-- What:  the regular wake-up of both workers, with which the database notices that they cannot reach it.
-- Why:   after a restore the password of carrel_edge may be gone. Then only the functions' logs would show it (O4).

create function ops.check_workers()
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  delete from ops.wake w where w.sent_at < now() - interval '1 day';
  if private.signals_configured() then
    perform private.wake_function(s) from unnest('{bundle,webhooks}'::text[]) s;
  end if;
end
$$;
comment on function ops.check_workers() is 'Wakes both workers, and deletes old wake-ups. A cron job every ten minutes.';

select private.schedule_job('workers', '*/10 * * * *', '10 minutes', 'select ops.check_workers()');
