begin;
select plan(41);

select tests.a_release();
-- Every optional field, and a body that has it as null.
create temporary table field (n integer, type text, path text, body jsonb) on commit drop;
insert into field values
  (10, 'session.started', 'skill_id', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)),
  (11, 'attempt.recorded', 'reset', tests.attempt(11, 1)::jsonb -> 'body'),
  (12, 'progress.advanced', 'completed', tests.progress(12, 1, 10)::jsonb -> 'body'),
  (13, 'progress.advanced', 'reset', tests.progress(13, 1, 10)::jsonb -> 'body'),
  (14, 'progress.reset', 'base', tests.reset(14, 1, 1)::jsonb -> 'body'),
  (15, 'progress.reset', 'base.completed', tests.reset(15, 1, 1, '{"base": {"mastery": 5}}')::jsonb -> 'body'),
  (16, 'outbox.attempted', 'code', '{"events": 1, "attempts": 1, "answered": true, "duration_ms": 5}'),
  (17, 'app.failed', 'place', '{"code": "a.b", "fatal": false}');
insert into field
select 17 + place, 'app.reported', name, '{"platform": "ios", "waiting": 0, "quarantined": 0, "held_back": 0, "dead": 0, "content_version": 0, "damaged": false, "codes": []}'
from unnest(array['app_version', 'os_version', 'oldest_waiting_s', 'synced_s', 'intact_s', 'clock_offset_ms', 'storage_used_mb', 'storage_free_mb']) with ordinality f (name, place);
create temporary table form on commit drop as
  select f.n, f.type, f.path, tests.event(f.n, f.type, f.body) as absent,
    tests.event(f.n, f.type, jsonb_set(f.body, string_to_array(f.path, '.'), 'null')) as nulled
  from field f;

select set_eq('select distinct type, path from field where path not like $$%.%$$',
  $$ select r.type, replace(r.field, 'body.', '') from private.event_rule r where r.field like 'body.%' and r.rule::text like '%(exists (%) is unknown%' $$,
  'U1: every optional field of an event has a case here');
select is(tests.send_for(10 + n, absent) || tests.send_for(10 + n, nulled), array['applied', 'duplicate'],
  format('U1: %s without %s, sent again with null, is a duplicate', type, path)) from form order by n;
select is(tests.send_for(30 + n, nulled) || tests.send_for(30 + n, absent), array['applied', 'duplicate'],
  format('U1: %s with null as %s, sent again without the field, is a duplicate', type, path)) from form order by n;
select is(tests.send_for(60, variadic array(select l from form, unnest(array[absent, nulled]) l order by n)),
  (select array_agg(r order by n, r) from form, unnest(array['applied', 'duplicate']) r), 'U1: both forms in one batch count once');
select set_eq($$ select to_jsonb(p) - '{user_id,change_seq}'::text[] from learner.skill_progress p where user_id = tests.learner(10 + 15) $$,
  $$ select to_jsonb(p) - '{user_id,change_seq}'::text[] from learner.skill_progress p where user_id = tests.learner(30 + 15) $$,
  'I6: both forms give the same progress');
select is(tests.send_for(21, (select tests.event(11, type, body || tests.in_reset(1, 5)) from field where n = 11)), array['quarantined id_conflict'],
  'I4: an event with another reset under a known id is still a conflict');

-- A held event, sent again in the other form once its question is known.
select is(tests.send(tests.attempt(70, 7)), array['quarantined unknown_content'], 'U3: an attempt on an unknown question is held');
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 1}');
select tests.publish();
select is(tests.send(tests.attempt(70, 7, '{"reset": null}')), array['duplicate'], 'U3: a held event that was applied is the duplicate of its other form');
select is((select array_agg(code || ' ' || status) from ops.quarantine where user_id = tests.learner()), array['unknown_content superseded'],
  'U3: the other form of a held event makes no conflict');
select tests.send(tests.attempt(80, 8, '{"reset": null}'));
select is(tests.send(tests.attempt(80, 8)), array['quarantined unknown_content'], 'U3: a held event in its other form is held');
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(8), tests.skill(1), 'question-8', 'New', '{a,b}', '{"choice": 1}');
select tests.publish();
select tests.send(tests.attempt(81, 1));
select is((select array_agg(distinct status) from ops.quarantine where user_id = tests.learner()), array['superseded'], 'U3: both forms of a held event settle');

select * from finish();
rollback;
