begin;
select plan(4);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
create temporary table before on commit drop as select change_seq from learner.attempt where user_id = tests.learner();

select tests.authenticate(tests.learner(3), 'admin');
select throws_ok('select ops.rebuild_learner(tests.learner())', '42501', null, 'I9: admins cannot rebuild a learner through the internal function');
select tests.become('none', tests.token_of(tests.learner(3), 'instructor'));
select throws_ok('select ops.rebuild_learner(tests.learner())', 'CR001', null, 'I9: an instructor cannot rebuild a learner');
select tests.reset_role();
select set_eq('select change_seq from learner.attempt where user_id = tests.learner()', 'table before', 'I6: a refused rebuild leaves the rows as they were');

select tests.become('none', tests.token_of(tests.learner(3), 'support'));
select ops.rebuild_learner(tests.learner());
select results_eq($$ select actor, actor_role, object_id, after from ops.audit
  where action = 'rebuild_learner' and transaction = pg_current_xact_id() $$,
  $$ values (tests.learner(3), 'support', tests.learner()::text, '{"events": 1}'::jsonb) $$, 'I10: a rebuild by support is recorded');

select * from finish();
rollback;
