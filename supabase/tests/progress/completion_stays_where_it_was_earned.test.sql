begin;
select plan(7);

select tests.a_release();
-- Question 1 moves from skill 1 to skill 2 in version 2.
update content.question set skill_id = tests.skill(2) where id = tests.question(1);
create function pg_temp.completed(p_learner integer) returns text
language sql
as $$
  select string_agg(case skill_id when tests.skill(1) then 'first' else 'second' end || ' ' || attempts || ' ' || cardinality(completed), ', ' order by skill_id)
  from learner.skill_progress where user_id = tests.learner(p_learner)
$$;
create temporary table line on commit drop as
  select tests.attempt(10, 1) as attempt, tests.progress(11, 1, 50, jsonb_build_object('completed', array[tests.question(1)])) as completion;

select tests.send_for(10, attempt, completion) from line;
select is(tests.publish(), 2, 'C5: a question may move to another skill');
select is(pg_temp.completed(10), 'first 1 1', 'U5: a completed question that moves stays completed in the skill where it was completed');
select tests.send_for(11, attempt, completion) from line;
select is(pg_temp.completed(11), 'first 1 1', 'U5: a completion that arrives after the move counts for the skill that its event names');
select tests.send_for(12, completion) from line;
select tests.send_for(12, attempt) from line;
select is(pg_temp.completed(12), 'first 1 1', 'I6: the order of arrival does not change the skill of a completion');
select tests.send_for(10, tests.attempt(20, 1, '{"content_version": 2}'), tests.progress(21, 2, 5, jsonb_build_object('completed', array[tests.question(1)])));
select is(pg_temp.completed(10), 'first 1 1, second 1 1', 'U5: what the learner does after the move counts for the new skill');
select tests.send_for(10, tests.reset(30, 2, 1));
select is(pg_temp.completed(10), 'first 1 1, second 0 0', 'U5: a reset of the new skill takes nothing from the old one');
select ops.rebuild_learner(tests.learner(10));
select is(pg_temp.completed(10), 'first 1 1, second 0 0', 'I6: a rebuild credits the same skills');

select * from finish();
rollback;
