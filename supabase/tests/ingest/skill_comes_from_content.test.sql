begin;
select plan(1);

select tests.a_release();
update content.question set skill_id = tests.skill(3) where id = tests.question(1);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(2), 'question-7', 'New', '{a,b}', '{"choice": 1}');
select tests.publish();
select tests.send(tests.attempt(10, 1), tests.attempt(11, 1, '{"content_version": 2}'), tests.attempt(12, 7));

select results_eq('select event_id, skill_id, content_state from learner.event where user_id = tests.learner() order by event_id',
  $$ values (tests.event_id(10), tests.skill(1), 'outdated'), (tests.event_id(11),
    tests.skill(3), 'current'), (tests.event_id(12), tests.skill(2), 'outdated') $$,
  'I6: an attempt has the skill of its question in the version that was answered');

select * from finish();
rollback;
