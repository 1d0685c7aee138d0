-- What:  the job that compacts superseded content, once a night.
-- Why:   every release adds revisions for ever; a policy that nobody carries out keeps nothing small (C3).
select private.schedule_job('compaction', '47 2 * * *', '1 day', 'select ops.compact_content()');
