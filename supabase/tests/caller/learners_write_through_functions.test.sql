begin;
select plan(16);

select tests.a_release();
select tests.send(tests.attempt(10, 1));

select tests.authenticate(tests.learner());
select throws_ok(statement, '42501', null, 'I9: a learner is refused: ' || statement)
from unnest(array[
  'update public.attempt set graded_correct = true', 'delete from public.attempt', 'insert into public.attempt (user_id) values (auth.uid())',
  'update public.skill_progress set mastery = 100', 'delete from learner.skill_progress', 'delete from public.session', 'delete from learner.practice',
  'select from learner.event', 'select from learner.batch', 'select from learner.device', 'select from learner.state', 'select
    from ops.quarantine',
  'delete from learner.event_default', 'select from learner.attempt_default'
]) statement;
select tests.reset_role();
select is((select (attempts, mastery)::text from learner.skill_progress where user_id = tests.learner()), '(1,0)', 'I9: refused statements leave progress as it was');
select is((select count(*) from learner.attempt where user_id = tests.learner()), 1::bigint, 'I9: refused statements leave the attempts as they were');

select * from finish();
rollback;
