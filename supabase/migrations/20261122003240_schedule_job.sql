-- What:  the job that publishes what is scheduled, once a minute.
-- Why:   a schedule that nobody looks at is never due (C5).
-- Locks: none; one row of cron.job.
-- Undo:  select cron.unschedule('carrel_schedules');
select cron.schedule('carrel_schedules', '* * * * *', 'select ops.run_due_schedules()');
