begin;
select plan(19);

-- One learner for each case. Events of now, because reports count for some days.
select tests.a_release();
insert into ops.cohort (id, name) values (tests.domain(1), 'one');
create function pg_temp.now_event(p_n integer, p_type text, p_body jsonb, p_ago interval default '0') returns text language sql as $$
  select tests.event(p_n, p_type, p_body, jsonb_build_object('id', private.uuid_to_ulid((left(private.ulid_floor(now() - p_ago)::text, 24) || lpad(p_n::text, 12, '0'))::uuid),
    'occurred_at', to_char((now() - p_ago) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))) $$;
create function pg_temp.state(p_n integer) returns text language sql as $$
  select concat_ws(' ', state, waiting, refused, code) from private.device_states(array[tests.learner(p_n)]) $$;
create function pg_temp.answer(p_n integer) returns text language sql as $$
  select pg_temp.now_event(p_n, 'attempt.recorded', tests.attempt(p_n, 1)::jsonb -> 'body') $$;

select tests.send_for(n, pg_temp.answer(1)) from generate_series(1, 12) n;
select is(pg_temp.state(1), 'recently_synced 0 0', 'O3: a device that synced just now has synced recently');
update learner.device set last_seen_at = now() - interval '2 days' where user_id = tests.learner(2);
select is(pg_temp.state(2), 'not_recently_synced 0 0', 'O3: a device that made no contact for longer than the setting has not synced recently');

-- Made by the device's reports: three events between two reports, of which one is here.
select tests.send_for(3, pg_temp.now_event(2, 'outbox.created', '{"events": 1, "waiting": 1}'), pg_temp.now_event(4, 'outbox.created', '{"events": 3, "waiting": 2}'), pg_temp.answer(3));
select is(pg_temp.state(3), 'syncing 2 0', 'O3: a device whose reported events are not all here, and that is in contact, is syncing');
update learner.device set last_seen_at = now() - interval '10 minutes' where user_id = tests.learner(3);
select is(pg_temp.state(3), 'queued 2 0', 'O3: without contact for some minutes these events are queued on the device');
select tests.send_for(3, pg_temp.now_event(3, 'session.ended', jsonb_build_object('session_id', tests.ulid(900), 'reason', 'completed'), '-1 ms'));
update learner.device set last_seen_at = now() - interval '10 minutes' where user_id = tests.learner(3);
select is(pg_temp.state(3), 'queued 2 0', 'O3: an event after the last report does not fill what the report misses');

update learner.batch set retry = retry + 4, events = events + 4 where user_id = tests.learner(4);
update learner.device set last_seen_at = now() - interval '1 hour' where user_id = tests.learner(4);
select is(pg_temp.state(4), 'queued 4 0', 'O3: events that the last batch was told to send again are queued');
update learner.state set limited = 1, limited_at = clock_timestamp() where user_id = tests.learner(5);
update learner.device set last_seen_at = now() - interval '1 hour' where user_id = tests.learner(5);
select is(pg_temp.state(5), 'queued 0 0 rate_limited', 'O3: a device that is refused for its rate is queued');

select tests.send_for(6, 'broken', pg_temp.now_event(7, 'progress.advanced', '{"mastery": 450}'));
-- The newest code is shown. Both arrived at once.
update ops.quarantine set first_seen_at = first_seen_at - interval '1 minute', last_seen_at = last_seen_at - interval '1 minute'
where user_id = tests.learner(6) and code = 'invalid_json';
select is(pg_temp.state(6), 'unable_to_sync 0 2 invalid_event', 'O3: a device with events that wait for support is unable to sync them');
select is((select since from private.device_states(array[tests.learner(6)])), (select min(first_seen_at) from ops.quarantine where user_id = tests.learner(6)), 'O3: the state holds since the first of these events');
select tests.send_for(7, pg_temp.now_event(7, 'note.written', '{}'));
select is(pg_temp.state(7), 'recently_synced 0 0', 'O3: an event that the server holds by itself needs nobody');
select private.settle_quarantined(tests.learner(6), (select array_agg(encode(sha256, 'hex')) from ops.quarantine where user_id = tests.learner(6)), 'nothing in it', true);
select is(pg_temp.state(6), 'recently_synced 0 0', 'O3: after support''s decision the device has synced');

select tests.send_for(8, pg_temp.now_event(8, 'app.failed', '{"code": "sqlite.full", "fatal": false}'));
select is(pg_temp.state(8), 'storage_full 0 0 sqlite.full', 'O3: a device that reported full storage has full storage');
select tests.send_for(8, pg_temp.now_event(9, 'app.recovered', '{"code": "sqlite.full", "duration_ms": 5}'));
select is(pg_temp.state(8), 'recently_synced 0 0', 'O3: a device that reported that it works again has not');
select tests.send_for(9, pg_temp.now_event(8, 'app.failed', '{"code": "sqlite.busy", "fatal": false}'), pg_temp.now_event(9, 'app.failed', '{"code": "sqlite.full", "fatal": true}', '20 days'));
select is(pg_temp.state(9), 'recently_synced 0 0', 'O3: other failures, and those of long ago, do not count');

select tests.send_for(10, 'broken');
delete from auth.sessions where user_id = tests.learner(10);
select is(pg_temp.state(10), 'signed_out 0 1', 'O3: a device without its session is signed out, whatever else it has');
update learner.device set revoked_at = now() - interval '1 hour' where user_id = tests.learner(11);
select results_eq($$ select state, since from private.device_states(array[tests.learner(11)]) $$, $$ values ('signed_out', now() - interval '1 hour') $$, 'O3: a revoked device is signed out since its revocation');

-- The learner's own state.
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at, revoked_at) values (tests.learner(12), tests.device(2), now(), clock_timestamp() + interval '1 second', now());
select is((select array_agg(state order by user_id) from private.learner_states(array[tests.learner(12), tests.learner(13)])), '{recently_synced,never_synced}',
  'O3: a learner''s state is that of the device seen last that is signed in; without a device the learner has never synced');
insert into ops.cohort_member (cohort_id, user_id) select tests.domain(1), tests.learner(n) from unnest(array[12, 13]) n;
select results_eq('select learner_id, device_id, state from public.sync_states(tests.domain(1))',
  $$ values (tests.learner(12), tests.device(2), 'signed_out'), (tests.learner(12), tests.device(1), 'recently_synced'), (tests.learner(13), null, 'never_synced') $$,
  'O3: a cohort''s devices are listed, and learners without one');
select is((select count(*) from ops.audit where action = 'sync_states' and object_id = tests.domain(1)::text), 1::bigint, 'O1: a look at the devices of a cohort is audited');

select * from finish();
rollback;
