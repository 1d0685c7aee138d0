-- What:  a nightly job drops telemetry that is older than the setting says.
-- Why:   apart from ops.drop_old_telemetry(), which comes long before pg_cron.
-- Locks: none; at run time those of ops.drop_old_telemetry().
-- Undo:  select cron.unschedule('carrel_telemetry').
select cron.schedule('carrel_telemetry', '43 3 * * *', 'select ops.drop_old_telemetry()');
