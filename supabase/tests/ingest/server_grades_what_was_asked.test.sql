begin;
select plan(2);

select tests.a_release();
update content.question set answer = '{"choice": 2}' where id = tests.question(1);
delete from content.question where id = tests.question(2);
select tests.publish();
select tests.send(
  tests.attempt(10, 1, '{"answer": {"choice": 1}, "correct": false}'),
  tests.attempt(11, 1, '{"answer": {"choice": 2}, "correct": true}'),
  tests.attempt(12, 1, '{"answer": {"choice": 2}, "correct": false, "content_version": 2}'),
  tests.attempt(13, 1, '{"answer": {"choice": "1"}}'),
  tests.attempt(14, 1, '{"answer": {}}'),
  tests.attempt(15, 2, '{"answer": {"choice": 1}, "correct": false}'),
  tests.attempt(16, 2, '{"answer": {"choice": 0}, "content_version": 2}'));

select results_eq('select event_id, graded_correct, claimed_correct from learner.attempt where user_id = tests.learner() order by event_id',
  $$ values (tests.event_id(10), true, false), (tests.event_id(11), false, true), (tests.event_id(12), true, false), (tests.event_id(13), false, true),
            (tests.event_id(14), false, true), (tests.event_id(15), true, false), (tests.event_id(16), null, true) $$,
  'I6: an attempt is graded with the key of the version that was answered');
select is((select correct from learner.skill_progress where user_id = tests.learner()), 4,
  'I5: the device''s own grading counts only where there is no key');

select * from finish();
rollback;
