begin;
select plan(3);

select tests.a_release();
select tests.send(tests.event(10, 'session.started', jsonb_build_object('session_id',
  tests.ulid(900), 'content_version', 1)), tests.attempt(11, 1), tests.progress(12, 1, 50));
select set_config('tests.cursor', private.learner_changes(tests.learner(), null, 10) ->> 'cursor', true);
create temporary table before on commit drop as select change_seq from learner.state where user_id = tests.learner();

update learner.session set voided_at = now() where user_id = tests.learner();
update learner.attempt set voided_at = now() where user_id = tests.learner();
update learner.skill_progress set mastery = 70 where user_id = tests.learner();
select results_eq(
  $$ select c ->> 'kind', c -> 'row' ->> 'voided', c -> 'row' ->> 'mastery'
     from json_array_elements(private.learner_changes(tests.learner(), current_setting('tests.cursor'), 10) -> 'changes') c $$,
  $$ values ('session', 'true', null), ('attempt', 'true', null), ('skill_progress', 'false', '70') $$,
  'I8: devices pull rows that were edited by hand');
select is((select change_seq from learner.state where user_id = tests.learner()), (select change_seq + 3 from before),
  'I8: each edit by hand takes one change number');
select tests.send(tests.attempt(13, 1));
select cmp_ok((select change_seq from learner.attempt where user_id = tests.learner() and event_id = tests.event_id(13)), '>',
  (select max(change_seq) from learner.session where user_id = tests.learner()), 'I8: a later event takes a greater change number than an edit by hand');

select * from finish();
rollback;
