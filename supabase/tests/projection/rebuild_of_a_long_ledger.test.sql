begin;
select plan(5);

select tests.a_release();
select tests.send(variadic array(select tests.attempt(1000 * k + n, 1 + n % 6) from generate_series(1, 500) n)) from generate_series(1, 5) k;
create temporary table before on commit drop as select skill_id, attempts, correct, mastery from learner.skill_progress
  where user_id = tests.learner();

select is(ops.rebuild_learner(tests.learner()), 2500::bigint, 'I6: a rebuild projects 2,500 events');
select set_eq('select skill_id, attempts, correct, mastery from learner.skill_progress where user_id = tests.learner()', 'table before',
  'I6: a rebuild counts each of 2,500 attempts once');
select is((select count(*) from learner.attempt where user_id = tests.learner()), 2500::bigint, 'I6: a rebuild restores all 2,500 attempts');
select is((select count(distinct change_seq) from learner.attempt where user_id = tests.learner()), 2500::bigint,
  'I8: each rebuilt attempt has its own change number');
select cmp_ok((select change_seq from learner.state where user_id = tests.learner()), '>=',
  (select max(change_seq) from (select max(change_seq) from learner.attempt where user_id = tests.learner() union all
    select max(change_seq) from learner.skill_progress where user_id = tests.learner()) x (change_seq)),
    'I8: no rebuilt row is ahead of the learner''s change number');

select * from finish();
rollback;
