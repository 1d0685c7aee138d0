-- What:  a nightly job drops telemetry that is older than the setting says.
-- Why:   apart from ops.drop_old_telemetry(), which comes long before pg_cron.
-- Locks: none; at run time those of ops.drop_old_telemetry().
-- Undo:  select cron.unschedule('carrel_telemetry').
select private.schedule_job('telemetry', '43 3 * * *', '1 day', 'select ops.drop_old_telemetry()');
