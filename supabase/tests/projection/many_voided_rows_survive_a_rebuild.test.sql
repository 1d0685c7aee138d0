begin;
select plan(3);

select tests.a_release();
-- More sessions than one chunk of a rebuild holds, the later ones voided.
select tests.send(variadic array(
  select tests.event(1000 * k + n, 'session.started', jsonb_build_object('session_id',
    tests.ulid(10000 * k + n), 'content_version', 1)) from generate_series(1, 500) n))
from generate_series(1, 9) k;
update learner.session set voided_at = '2026-01-01' where user_id = tests.learner() and started_event > tests.event_id(5000);

select lives_ok('select ops.rebuild_learner(tests.learner())', 'I6: a rebuild with 2,500 voided rows succeeds');
select is((select count(*) from learner.session where user_id = tests.learner() and voided_at = '2026-01-01'), 2500::bigint,
  'I6: a rebuild keeps 2,500 rows voided');
select is((select count(distinct change_seq) from learner.session where user_id = tests.learner()), 4500::bigint,
  'I8: each rebuilt session has its own change number');

select * from finish();
rollback;
