begin;
select plan(4);

select tests.a_release();
select tests.send(tests.attempt(10, 7, '{"content_version": 2}'));
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 1}');
select tests.publish();

select is(tests.send(tests.attempt(10, 7, '{"content_version": 2}')), array['duplicate'], 'I7: a held event is applied before the device sends it again');
select results_eq('select status, resolved_at is not null from ops.quarantine where user_id = tests.learner()',
  $$ values ('superseded', true) $$,
  'I7: an applied held event is superseded in quarantine');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 1, 'I4: an applied held event counts once');
select is(tests.send(tests.attempt(10, 7, '{"content_version": 2}')), array['duplicate'], 'I4: an applied held event stays a duplicate');

select * from finish();
rollback;
