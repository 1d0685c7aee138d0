begin;
select plan(5);

select tests.a_release();
select tests.send(variadic array(select tests.attempt(1000 * k + n, 1 + n % 6) from generate_series(1, 500) n)) from generate_series(1, 5) k;
create temporary table before on commit drop as select skill_id, attempts, correct, mastery from learner.skill_progress
  where user_id = tests.learner();

select is(ops.rebuild_learner(tests.learner()), 2500::bigint, 'I6: more events than are projected at once');
select set_eq('select skill_id, attempts, correct, mastery from learner.skill_progress where user_id = tests.learner()', 'table before',
  'I6: count each once');
select is((select count(*) from learner.attempt where user_id = tests.learner()), 2500::bigint, 'I6: and are all there');
select is((select count(distinct change_seq) from learner.attempt where user_id = tests.learner()), 2500::bigint,
  'I8: each with a number of its own');
select cmp_ok((select change_seq from learner.state where user_id = tests.learner()), '>=',
  (select max(change_seq) from (select max(change_seq) from learner.attempt where user_id = tests.learner() union all
    select max(change_seq) from learner.skill_progress where user_id = tests.learner()) x (change_seq)),
    'I8: and none ahead of the counter');

select * from finish();
rollback;
