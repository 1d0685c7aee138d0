begin;
select plan(3);

select tests.a_release();
update content.question set prompt = 'Edited' where id = tests.question(2);
delete from content.question where id = tests.question(3);
select tests.publish();
select tests.send(tests.attempt(10, 1), tests.attempt(11, 2), tests.attempt(12, 3),
  tests.attempt(13, 1, '{"content_version": 2}'), tests.attempt(14, 2, '{"content_version": 2}'));

select results_eq('select event_id, content_state, head_version from learner.event where user_id = tests.learner() order by event_id',
  $$ values (tests.event_id(10), 'current', 2), (tests.event_id(11), 'outdated', 2), (tests.event_id(12), 'withdrawn', 2),
            (tests.event_id(13), 'current', 2), (tests.event_id(14), 'current', 2) $$,
  'I6: an attempt is stamped with the state of its content on arrival');
delete from content.question where id = tests.question(1);
select tests.publish();
select is((select content_state from learner.event where event_id = tests.event_id(10) and user_id = tests.learner()), 'current',
  'I6: a later release does not change the stamp of an attempt');
select is((select array_agg(distinct content_state) from learner.attempt where user_id = tests.learner()),
  array['current', 'outdated', 'withdrawn'],
  'I7: an attempt on a withdrawn question is applied and marked');

select * from finish();
rollback;
