begin;
select plan(7);

-- Learner 1 is the account, learner 2 an anonymous learner. All events come from a phone whose clock is a year behind.
select tests.a_release();
insert into auth.users (id, is_anonymous) values (tests.learner(1), false), (tests.learner(2), true);
create function pg_temp.send_behind(p_learner uuid, variadic p_lines text[]) returns json language plpgsql as $$
begin
  return private.ingest_for(p_learner, tests.session_of(p_learner), concat_ws(E'\n', tests.header(jsonb_build_object(
    'sent_at', to_char((clock_timestamp() - interval '365 days') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))), array_to_string(p_lines, E'\n')));
end $$;
create temporary table behind on commit drop as
  select jsonb_build_object('occurred_at', to_char((now() - interval '369 days') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'utc_offset_minutes', 0) as envelope;

alter table behind add column of_two jsonb;
update behind set of_two = envelope || jsonb_build_object('learner_id', tests.learner(2)) where true;

-- 10 is held, 11 is to be mended, 12 is the anonymous learner's and held, 13 a conflict of the adoption.
select pg_temp.send_behind(tests.learner(1), tests.attempt(10, 1, '{"content_version": 2}', envelope), tests.attempt(11, 1, '{"duration_ms": -1}', envelope)) from behind;
select pg_temp.send_behind(tests.learner(2), tests.attempt(12, 2, '{"content_version": 2}', of_two), tests.attempt(13, 2, '{}', of_two)) from behind;
select tests.send(tests.attempt(13, 1, '{}', jsonb_build_object('occurred_at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))));
-- Three days pass.
update ops.quarantine set first_seen_at = first_seen_at - interval '3 days' where true;
update learner.event set received_at = received_at - interval '3 days' where user_id = tests.learner(2);
create function pg_temp.arrivals() returns table (event integer, days_ago integer, days_behind integer) language sql as $$
  select right(private.uuid_to_ulid(e.event_id), 3)::integer, (extract(epoch from clock_timestamp() - e.received_at) / 86400)::integer, (e.clock_skew_ms / 86400000)::integer
  from learner.event e where e.user_id = tests.learner(1) and e.event_id <> tests.event_id(13) and right(private.uuid_to_ulid(e.event_id), 3) ~ '^[0-9]+$' $$;

select public.mend_quarantined(tests.learner(1), encode(q.sha256, 'hex'), jsonb_set(q.body::jsonb, '{body,duration_ms}', '5'), 'a typing error')
from ops.quarantine q where q.user_id = tests.learner(1) and q.event_id = tests.event_id(11);
select results_eq('select * from pg_temp.arrivals()', 'values (11, 3, 365)', 'U3, U10: a mended event is stamped with its arrival and the clock skew of that time');

select ops.adopt_learner(tests.learner(1), tests.learner(2), 'the same person');
update content.question set difficulty = 5 where id = tests.question(1);
select tests.publish();
select is(ops.replay_held('5 seconds'), 2, 'U3: held events of both learners apply once their release is there');
select set_eq('select * from pg_temp.arrivals()', 'values (10, 3, 365), (11, 3, 365), (12, 3, 365)', 'U3, U10: a replayed event is stamped with its arrival, also after an adoption');
select results_eq($$ select code, (extract(epoch from clock_timestamp() - first_seen_at) / 86400)::integer, (clock_skew_ms / 86400000)::integer from ops.quarantine where event_id = tests.event_id(13) $$,
  $$ values ('id_conflict', 3, 365) $$, 'U3, U10: a conflict of an adoption keeps its arrival');
select results_eq($$ select status from public.replay_quarantined(tests.learner(1), with_code => 'id_conflict', as_new_id => true) $$, $$ values ('superseded') $$, 'U3: support lets the conflict count');
select is((select count(*) from learner.event where user_id = tests.learner(1) and clock_skew_ms > 31000000000), 4::bigint, 'U3, U10: a conflict that counts under a new id keeps its clock skew');
-- Midnight may have passed since the transaction began.
create temporary table today on commit drop as
  select (t.at at time zone 'utc')::date as d from (values (now()), (clock_timestamp())) t (at);
select ok((select days from learner.practice where user_id = tests.learner(1)) in (
  select datemultirange(daterange(waited.d - 4, waited.d - 3), daterange(sent.d, sent.d + 1)) from today waited, today sent),
  'U4, U10: an event that waited moves no day');

select * from finish();
rollback;
