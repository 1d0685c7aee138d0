-- What:  the job that compacts superseded content, once a night.
-- Why:   every release adds revisions for ever; a policy that nobody carries out keeps nothing small (C3).
-- Locks: none; one row of cron.job.
-- Undo:  select cron.unschedule('carrel_compaction');
select cron.schedule('carrel_compaction', '47 2 * * *', 'select ops.compact_content()');
