-- What:  the job that tries held events again.
-- Why:   a learner who does not come back for weeks has the event counted on the day the server knows its content (U3).

-- In chunks of at most 1,000 events: their learners' locks are held to the end of the run, and a sync waits at most 2 s.
select private.schedule_job('replay_held', '30 seconds', '1 minute', 'select ops.replay_held()');
