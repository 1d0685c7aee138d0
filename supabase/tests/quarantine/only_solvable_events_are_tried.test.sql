begin;
select plan(28);

select tests.a_release();
create function pg_temp.advanced(p_n integer, p_skill uuid, p_completed uuid[] default '{}') returns text language sql
as $$ select tests.event(p_n, 'progress.advanced', jsonb_build_object('skill_id', p_skill, 'mastery', 1, 'completed', to_jsonb(p_completed))) $$;
select is(tests.send(
    tests.attempt(10, 7), tests.attempt(11, 1, '{"content_version": 2}'), pg_temp.advanced(12, tests.skill(9)),
    pg_temp.advanced(13, tests.skill(1), array[tests.question(1), tests.question(8)]), tests.event(14, 'note.written', '{}'),
    replace(tests.event(15, 'note.written', '{}'), '"version": 1', '"version": 2'), tests.attempt(16, 1, '{"reset": {"count": 1000001, "event": "01KAN000000000000000000000"}}')),
  array['quarantined unknown_content', 'quarantined unknown_content', 'quarantined unknown_content', 'quarantined unknown_content', 'quarantined unknown_type', 'quarantined unknown_type', 'quarantined unknown_reset'],
  'U3: events that lack something are held');
create temporary view waiting as
  select (right(private.uuid_to_ulid(event_id), 4)) as n, event_id, waits_for, status, tried_at from ops.quarantine where user_id = tests.learner();
select bag_eq('select event_id, waits_for from waiting', $$ values
    (tests.event_id(10), 'question:' || tests.question(7)), (tests.event_id(11), 'version:2'), (tests.event_id(12), 'skill:' || tests.skill(9)),
    (tests.event_id(13), 'question:' || tests.question(8)), (tests.event_id(14), 'type:note.written@1'), (tests.event_id(15), 'type:note.written@2'), (tests.event_id(16), 'reset') $$,
  'U3: a held event names the first thing that it lacks');
select results_eq('select private.is_known(waits_for) from waiting', 'select false from waiting', 'U3: the server knows nothing that a held event lacks');

-- Which learners a run looks at. Another learner waits for another question.
select tests.send_for(2, tests.attempt(20, 16));
create function pg_temp.replayable() returns uuid[] language plpgsql as $$ begin
  perform private.queue_replays((select max(version) from content.release), k.number) from private.knowledge k;
  return array(select q.user_id from ops.replay_queue q order by q.user_id);
end $$;
create function pg_temp.tried(p_since timestamptz) returns setof uuid language sql
as $$ select event_id from ops.quarantine where tried_at > p_since $$;
insert into content.question (id, skill_id, key, prompt, choices, answer) values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 1}');
create temporary table mark as select clock_timestamp() as at;
select tests.publish();
select is(pg_temp.replayable(), array[tests.learner()], 'U3: a release concerns only the learners whose events lack what it brought');
select is(ops.replay_held(), 2, 'U3: a release applies the events that lacked its question and its number');
select set_eq('select pg_temp.tried(at) from mark', 'select tests.event_id(n) from unnest(array[10, 11]) n', 'U3: events that lack something else are not tried');
select is(pg_temp.replayable(), '{}', 'U3: after a run no learner is left');

-- A type, and then a version of it.
update mark set at = clock_timestamp();
insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.type() == "object"');
select is(ops.replay_held(), 1, 'U3: a new type applies the events of its version');
select set_eq('select pg_temp.tried(at) from mark', 'select tests.event_id(14)', 'U3: events of another version are not tried');
select is(tests.send(replace(tests.event(17, 'note.written', '{}'), '"version": 1', '"version": 2')), array['quarantined unknown_version'], 'U3: an event of an unknown version is held');
insert into private.event_type (type, version, rules) values ('note.written', 2, '$.body.type() == "object"');
select is(ops.replay_held(), 2, 'U3: a new version applies the events that lacked it, whatever code they had');

-- An event that lacks two things waits for the second one after the first.
select tests.send(pg_temp.advanced(18, tests.skill(9), array[tests.question(9)]));
insert into content.skill (id, domain_id, key, title) select tests.skill(9), s.domain_id, 'skill-9', 'New' from content.skill s where s.id = tests.skill(1);
select tests.publish();
select is(ops.replay_held(), 1, 'U3: a new skill applies the event that lacked only the skill');
select is((select waits_for from waiting where event_id = tests.event_id(18)), 'question:' || tests.question(9), 'U3: an event that lacked two things waits for the second one');

-- At a contact: the learner's own solvable events, and the others are marked as looked at.
update mark set at = clock_timestamp();
insert into content.question (id, skill_id, key, prompt, choices, answer) values (tests.question(8), tests.skill(1), 'question-8', 'New', '{a,b}', '{"choice": 1}');
select tests.publish();
select tests.send('');
select set_eq('select pg_temp.tried(at) from mark', 'select tests.event_id(13)', 'U3: a contact tries only the held events that the release solved');
select is((select looked_up from ops.quarantine_load where user_id = tests.learner()), (select number from private.knowledge), 'U3: a contact looks at held events once per release');

-- The cursor moves on when no event can appear any more that lacks what old releases brought.
select ops.replay_held();
select is((select version from private.replay_cursor), 0, 'U3: a new release is looked at again for minutes, because a batch that began before it may hold an event');
alter table content.release disable trigger user;
update content.release set published_at = now() - interval '6 minutes' where version < 4;
alter table content.release enable trigger user;
select ops.replay_held();
select is((select version from private.replay_cursor), 3, 'U3: releases of more than five minutes ago are settled');
insert into content.question (id, skill_id, key, prompt, choices, answer) values (tests.question(16), tests.skill(1), 'question-16', 'New', '{a,b}', '{"choice": 1}');
select tests.publish();
select is(ops.replay_held(), 1, 'U3: a later release is looked at although earlier ones are settled');

-- One learner whose replay fails.
select tests.send_for(n, tests.event(30, 'badge.earned', '{}')) from generate_series(3, 5) n;
insert into private.event_type (type, version, rules) values ('badge.earned', 1, '$.body.type() == "object"');
create function pg_temp.fail() returns trigger language plpgsql as $$ begin raise exception 'no luck'; end $$;
create trigger fail before insert on learner.event for each row when (new.user_id = '1ea40000-0000-4000-8000-000000000003') execute function pg_temp.fail();
select is(ops.replay_held(), 2, 'U3: a learner whose replay fails does not stop the others');
select matches((select last_error from ops.job where name = 'replay_held'), '^Learner .*3: no luck ', 'O4: the job names the learner whose replay fails');
update mark set at = clock_timestamp();
select ops.replay_held();
select is((select q.tried_at > m.at from ops.replay_queue q, mark m), false, 'U3: a learner whose replay fails waits before the next try');
select matches((select last_error from ops.job where name = 'replay_held'), '^Learner .*3: no luck ', 'O4: the job counts as failing until that learner''s replay succeeds');
alter table content.release disable trigger user;
update content.release set published_at = now() - interval '6 minutes';
alter table content.release enable trigger user;
select ops.replay_held();
select is((select version from private.replay_cursor), (select max(version) from content.release), 'U3: a learner whose replay fails does not hold back the cursor');
drop trigger fail on learner.event;
update ops.replay_queue set tried_at = now() - interval '10 minutes';
select is(ops.replay_held(), 1, 'U3: a learner whose replay failed is tried again');
select is((select last_error from ops.job where name = 'replay_held'), null, 'O4: the job counts as successful once nothing fails any more');

-- Thousands of events that no release solves.
insert into ops.quarantine (user_id, sha256, event_id, code, body, status, first_seen_at, last_seen_at, knowledge, waits_for)
select tests.learner(6 + n % 5), sha256(('six' || n)::bytea), gen_random_uuid(), 'unknown_type', '{}', 'held', now(), now(), 1,
  case when n > 2000 then format('type:note.number_%s@1', n) else 'type:note.sung@1' end
from generate_series(1, 4000) n;
insert into learner.state (user_id) select tests.learner(n) from generate_series(6, 10) n on conflict do nothing;
insert into content.question (id, skill_id, key, prompt, choices, answer)
select gen_random_uuid(), tests.skill(1), 'many-' || n, 'New ' || n, '{a,b}', '{"choice": 1}' from generate_series(1, 300) n;
select tests.publish();
analyze ops.quarantine;
create function pg_temp.used() returns table (fetched bigint, updated bigint) language sql
as $$ select pg_stat_get_xact_tuples_fetched(c), pg_stat_get_xact_tuples_updated(c) from (select 'ops.quarantine'::regclass::oid) x (c) $$;
create temporary table before as select * from pg_temp.used();
select ops.replay_held();
select ok(u.fetched - b.fetched < 100, format('U3: a run reads no event that the release did not solve, but it read %s', u.fetched - b.fetched)) from pg_temp.used() u, before b;
select tests.send_for(6, '');
select is(u.updated, b.updated, 'U3: a release writes nothing to events that it did not solve, neither in a run nor at a contact') from pg_temp.used() u, before b;
select is((select looked_up from ops.quarantine_load where user_id = tests.learner(6)), (select number from private.knowledge), 'U3: the learner''s row says what their events were tried with');

select * from finish();
rollback;
