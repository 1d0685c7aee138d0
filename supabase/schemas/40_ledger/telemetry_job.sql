-- What:  a nightly job drops telemetry that is older than the setting says.
-- Why:   apart from ops.drop_old_telemetry(), which comes long before pg_cron.
select private.schedule_job('telemetry', '43 3 * * *', '1 day', 'select ops.drop_old_telemetry()');
