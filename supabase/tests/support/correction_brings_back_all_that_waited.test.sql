begin;
select plan(5);

select tests.a_release();
-- Events after a correction that a restore has lost. They are more than one step takes.
select tests.send(variadic array(select tests.progress(n, 2, 77, tests.in_reset(1000001, 9)) from generate_series(10, 359) n));
select tests.send(variadic array(select tests.progress(n, 2, 77, tests.in_reset(1000001, 9)) from generate_series(360, 709) n));
create temporary table waiting on commit drop as select sha256 from ops.quarantine where user_id = tests.learner() and code = 'unknown_reset' and status = 'held';
select is((select count(*) from waiting), 700::bigint, 'U3: events from an unknown range of resets are held');

select is(public.support_reset_progress(tests.learner(), tests.skill(2), 'a restore has lost the first correction', 10) ->> 'remaining', '200',
  'U3: a correction replays 500 held events and reports how many are left');
select is((select count(*) from learner.event where user_id = tests.learner() and type = 'progress.advanced'), 500::bigint, 'U3: the events replayed by a correction are in the ledger');
select is(ops.replay_held(), 200, 'U3: replay_held applies the remaining events without a new release');
select is((select count(*) from ops.quarantine where user_id = tests.learner() and status = 'superseded'), 700::bigint, 'U3: all held events are superseded in the end');

select * from finish();
rollback;
