begin;
select plan(9);

select tests.a_release();
insert into auth.users (id, is_anonymous) values (tests.learner(1), false), (tests.learner(2), true);
-- 10 is the same event under both ids, 11 another event under the same id, 12 and 13 the same for telemetry.
select tests.send(tests.attempt(10, 1), tests.attempt(11, 1), tests.event(12, 'app.failed', '{"code": "sqlite.busy", "fatal": false}'),
  tests.event(13, 'app.failed', '{"code": "sqlite.busy", "fatal": false}'), 'no JSON');
select tests.send_for(2, tests.attempt(10, 1, '{"reset": null, "note": null}'), tests.attempt(11, 2), tests.event(12, 'app.failed', '{"code": "sqlite.busy", "fatal": false}'),
  tests.event(13, 'app.failed', '{"code": "sqlite.full", "fatal": true}'), tests.attempt(14, 3), 'no JSON');
select public.discard_quarantined(tests.learner(n), array[tests.quarantine_id('no JSON')], 'nothing in it') from generate_series(1, 2) n;

create temporary table answer on commit drop as select ops.adopt_learner(tests.learner(1), tests.learner(2), 'the same person')::jsonb as a;
select results_eq($$ select a - '{learner_id,adopted_at,token}'::text[] from answer $$, $$ values ('{"moved": 1, "duplicate": 2, "conflict": 2}'::jsonb) $$,
  'U10: an adoption tells moved events, duplicates and conflicts apart');
select results_eq('select event_id, question_id from learner.event where user_id = tests.learner(1) order by 1',
  $$ values (tests.event_id(10), tests.question(1)), (tests.event_id(11), tests.question(1)), (tests.event_id(14), tests.question(3)) $$, 'I4: an adoption never replaces an event of the account');
select is((select sum(attempts) from learner.skill_progress where user_id = tests.learner(1)), 3::bigint, 'I4: an event that both learners sent counts once');
select bag_eq($$ select body::jsonb ->> 'id' as id, body::jsonb ->> 'learner_id' as learner, code, status from ops.quarantine where user_id = tests.learner(1) and code = 'id_conflict' $$,
  $$ select tests.ulid(n) as id, tests.learner(2)::text as learner, 'id_conflict' as code, 'open' as status from unnest(array[11, 13]) n $$, 'U3: an event whose id the account has for another one is kept in quarantine');
select results_eq($$ select times_seen, (select count(*) from ops.quarantine_action a where a.user_id = q.user_id and a.sha256 = q.sha256) from ops.quarantine q
  where user_id = tests.learner(1) and code = 'invalid_json' $$, $$ values (2, 2::bigint) $$, 'U3: a text that both learners have in quarantine stays once, with the actions on both');
select results_eq($$ select status from public.replay_quarantined(tests.learner(1), with_code => 'id_conflict', as_new_id => true) $$, $$ values ('superseded'), ('superseded') $$,
  'U3: support can let a conflict of an adoption count under a new id');
select is((select sum(attempts) from learner.skill_progress where user_id = tests.learner(1)), 4::bigint, 'U3: the conflict counts under its new id');

create temporary table again on commit drop as select ops.adopt_learner(tests.learner(1), tests.learner(2), 'once more')::jsonb as a;
select results_eq('table again', 'table answer', 'U10: a repeated adoption has the same answer');
select is((select count(*) from ops.audit where action = 'adopt_learner'), 2::bigint, 'U10: a repeated adoption changes nothing');

select * from finish();
rollback;
