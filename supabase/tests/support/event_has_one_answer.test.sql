begin;
select plan(19);

select tests.a_release();
select tests.send(tests.event(1, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'skill_id', tests.skill(1), 'content_version', 1)),
  tests.attempt(10, 1), tests.attempt(11, 1, '{"answer": {"choice": 0}}'), tests.progress(12, 1, 101), tests.event(13, 'quiz.finished', '{}'),
  tests.progress(14, 1, 102), tests.progress(15, 1, 103), tests.event(16, 'outbox.dead_lettered', jsonb_build_object('event_id', tests.ulid(17), 'code', 'given_up', 'attempts', 3)),
  tests.progress(18, 1, 20));
select tests.send(tests.attempt(10, 1), tests.progress(18, 1, 30));
select public.support_void(tests.learner(), 'attempt', tests.ulid(11), 'A friend');
select public.discard_quarantined(tests.learner(), array[tests.quarantine_id(tests.progress(14, 1, 102))], 'noise');
select public.mend_quarantined(tests.learner(), tests.quarantine_id(tests.progress(15, 1, 103)), tests.progress(15, 1, 99)::jsonb, 'per mille');
select public.replay_quarantined(tests.learner(), array[tests.quarantine_id(tests.progress(12, 1, 101))]);
select private.ingest_for(tests.learner(), tests.session(), tests.header('{"dead_letters": ["the disk was full"]}') || E'\n' || tests.progress(19, 1, 104));
insert into ops.erasure (user_id, reason, erased_at) values (tests.learner(7), 'requested', now());

create temporary table fate on commit drop as
select n, f.* from (values (1), (10), (11), (12), (13), (14), (15), (17), (18), (19), (99)) e (n)
cross join lateral public.support_event(tests.ulid(e.n), 'test', case when e.n in (17, 99) then tests.learner() end) f;
select is(count(*), 11::bigint, 'O2: every question about an event has one row as its answer') from fate;
select is(state, expected, format('O2: the state of event %s is %s', n, expected)) from fate
join (values (1, 'applied'), (10, 'applied'), (11, 'voided'), (12, 'quarantined'), (13, 'quarantined'), (14, 'discarded'), (15, 'applied'), (17, 'given_up'), (18, 'applied'),
  (19, 'dead_letter'), (99, 'never_arrived')) e (n, expected) using (n);
select results_eq('select batch_id, type, device_id, changed from fate where n = 10', format($$ values (%L, 'attempt.recorded', %L::uuid, %L::jsonb) $$, tests.ulid(1), tests.device(),
  jsonb_build_array(jsonb_build_object('kind', 'attempt', 'id', tests.ulid(10), 'counts', true), jsonb_build_object('kind', 'skill_progress', 'id', tests.skill(1), 'counts', true))),
  'O2: the answer about an applied event names its batch, its device and the rows that it changed');
select matches((select summary from fate where n = 12), 'body\.mastery\. It needs a person\. .* Support has replayed or mended it once\.$', 'O2: the answer about a quarantined event names its field and its replays');
select matches((select summary from fate where n = 15), 'It waited in quarantine as invalid_event until', 'O2: the answer about a mended event says that it was in quarantine');
select matches((select summary from fate where n = 18), 'Another event with the same id is in quarantine as id_conflict', 'O2: the answer names another event with the same id');
select matches((select summary from fate where n = 11), 'Support voided the attempt at', 'O2: the answer about a voided answer says so');
select is((select state from public.support_event(tests.ulid(10), 'test', tests.learner(7))), 'erased', 'O2: the answer about an erased learner is that their data was erased');
select results_eq($$ select learner_id, state from public.support_event(tests.ulid(77), 'test') $$, $$ values (null::uuid, 'never_arrived') $$,
  'O2: without a learner, an unknown event is answered as never arrived');

select * from finish();
rollback;
