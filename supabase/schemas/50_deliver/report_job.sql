-- What:  the job that deletes devices' old reports of their caches, once a night.
-- Why:   a fleet with bad disks reports for ever; what was damaged half a year ago helps nobody (C6, O5).
select private.schedule_job('reports_prune', '53 3 * * *', '1 day', 'select ops.prune_content_reports()');
