begin;
select plan(6);

select tests.a_release();
select tests.send(tests.attempt(10, 7));
select is(tests.send(tests.progress(10, 1, 40)), array['applied'], 'I4: another event may take the id of a held event');
select results_eq('select code, status, resolved_at from ops.quarantine where user_id = tests.learner()',
  $$ values ('id_conflict', 'open', null::timestamptz) $$, 'I4: a held event whose id is taken becomes a conflict');

insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 1}');
select tests.publish();
select is(tests.send(tests.attempt(10, 7)), array['quarantined id_conflict'], 'I4: a held event whose id is taken stays a conflict when its question is published');
select is((select status from ops.quarantine where user_id = tests.learner()), 'open', 'U3: a conflict stays open for support');

select tests.authenticate(tests.learner(3), 'support');
select is((select status from public.replay_quarantined(tests.learner(), as_new_id => true)), 'superseded', 'U3: support can replay a conflict under a new id');
select tests.reset_role();
select is((select count(*) from learner.attempt where user_id = tests.learner()), 1::bigint, 'U3: an event replayed under a new id counts');

select * from finish();
rollback;
