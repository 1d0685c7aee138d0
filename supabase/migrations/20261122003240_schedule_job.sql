-- What:  the job that publishes what is scheduled, once a minute.
-- Why:   a schedule that nobody looks at is never due (C5).
-- Locks: none; a row of ops.job and of cron.job.
-- Undo:  select cron.unschedule('carrel_schedules');
select private.schedule_job('schedules', '* * * * *', '1 minute', 'select ops.run_due_schedules()');
