begin;
select plan(9);

select tests.a_release();
select tests.send(tests.progress(10, 1, 101), tests.attempt(11, 1, '{"duration_ms": -1}'), 'not json');

select tests.authenticate(tests.learner(3), 'support');
select results_eq($$ select status, code, field from public.mend_quarantined(tests.learner(), tests.quarantine_id(tests.progress(10, 1, 101)),
    tests.progress(10, 1, 102)::jsonb, 'first try') $$,
  $$ values ('open', 'invalid_event', 'body.mastery') $$, 'U3: a mended text that is still invalid stays open with its field');
select results_eq($$ select status, became_event from public.mend_quarantined(tests.learner(), tests.quarantine_id(tests.progress(10, 1, 101)),
    tests.progress(10, 1, 100)::jsonb, 'the app counted one too many') $$,
  $$ values ('superseded', tests.ulid(10)) $$, 'U3: a mended text that is valid is applied');
select results_eq($$ select status, became_event from public.mend_quarantined(tests.learner(), tests.quarantine_id('not json'),
    tests.progress(12, 2, 30)::jsonb, 'told by phone') $$,
  $$ values ('superseded', tests.ulid(12)) $$, 'U3: a text that was no event can be mended into one');
select results_eq($$ select status from public.mend_quarantined(tests.learner(), tests.quarantine_id('not json'), tests.progress(13, 2, 90)::jsonb, 'again') $$,
  array['superseded'], 'U3: a superseded event cannot be mended again');
select is((select code from public.mend_quarantined(tests.learner(), tests.quarantine_id(tests.attempt(11, 1, '{"duration_ms": -1}')),
    tests.attempt(11, 1, '{}', jsonb_build_object('learner_id', tests.learner(2)))::jsonb, 'of a friend')), 'wrong_learner',
  'I9: a text cannot be mended into an event of another learner');
select tests.reset_role();
select results_eq('select mastery from learner.skill_progress where user_id = tests.learner() order by mastery', array[30, 100]::smallint[], 'U3: each mended event counts once');
select results_eq($$ select number, reason, before_body::jsonb, after_body::jsonb, after_sha256 = sha256(convert_to(after_body, 'UTF8')), outcome
    from ops.quarantine_action where user_id = tests.learner() and event_id is not distinct from (case number when 2 then tests.event_id(10) end)
      and sha256 = sha256(convert_to(tests.progress(10, 1, 101), 'UTF8')) order by number $$,
  $$ values (1, 'first try', tests.progress(10, 1, 101)::jsonb, tests.progress(10, 1, 102)::jsonb, true, 'open'),
            (2, 'the app counted one too many', tests.progress(10, 1, 102)::jsonb, tests.progress(10, 1, 100)::jsonb, true, 'superseded') $$,
  'I10: each mending is recorded with its texts and reason');
select is((select body from ops.quarantine where user_id = tests.learner() and resolved_event = tests.event_id(10)), tests.progress(10, 1, 101), 'U3: a mended event keeps its original text');
select is(tests.send(tests.progress(10, 1, 101), tests.progress(10, 1, 100)), array['quarantined invalid_event body.mastery', 'duplicate'],
  'I4: the original and the mended event change nothing when a device sends them again');

select * from finish();
rollback;
