begin;
select plan(12);

select tests.a_release();

select tests.authenticate(tests.learner());
create temporary table answer on commit drop as
  select public.merge_progress(tests.ulid(10), tests.device(), '2025-11-22T10:00:00Z', tests.skill(1), 40, array[tests.question(2)])::jsonb as a;
select is((select a from answer), jsonb_build_object(
    'result', jsonb_build_object('id', tests.ulid(10), 'status', 'applied'),
    'progress', jsonb_build_object('skill_id', tests.skill(1), 'reset_count', 0, 'reset_event', null, 'mastery', 40, 'completed', array[tests.question(2)], 'attempts', 0,
      'correct', 0, 'practiced_at', '2025-11-22T10:00:00+00:00')),
  'I5: merge_progress returns the result and the progress');
select is(public.merge_progress(tests.ulid(10), tests.device(), '2025-11-22T10:00:00Z', tests.skill(1), 40,
  array[tests.question(2)]) -> 'result' ->> 'status', 'duplicate',
  'I4: the event id of a merge is its idempotency key');
select is(public.merge_progress(tests.ulid(10), tests.device(), '2025-11-22T10:00:00Z',
  tests.skill(1), 99)::jsonb #>> '{result,code}', 'id_conflict',
  'I4: a merge with other content under the same id is a conflict');
select is(public.merge_progress(tests.ulid(11), tests.device(), '2025-11-22T10:00:01Z', tests.skill(1), 20,
  array[tests.question(1)])::jsonb -> 'progress' -> 'mastery', '40',
  'I5: a smaller mastery changes nothing');
select is(public.merge_progress(tests.ulid(12), tests.device(), '2025-11-22T10:00:02Z', tests.skill(1), 10, null,
    json_build_object('count', 1, 'event', tests.ulid(5)), -60)::jsonb -> 'progress' -> 'mastery', '10', 'I5: a merge with a greater reset pair replaces the progress');
select is(public.merge_progress(tests.ulid(13), tests.device(), '2025-11-22T10:00:03Z', tests.skill(1), 101)::jsonb -> 'result',
  jsonb_build_object('id', tests.ulid(13), 'status', 'quarantined', 'code', 'invalid_event', 'field', 'body.mastery', 'retryable', false),
  'I7: an invalid merge is quarantined');
select is(public.merge_progress(tests.ulid(14), tests.device(), '2025-11-22T10:00:03Z',
  tests.skill(9), 10)::jsonb #>> '{result,code}', 'unknown_content',
  'I7: a merge for an unknown skill is held');
select is(public.merge_progress(tests.ulid(15), tests.device(), '2025-11-22T10:00:03Z', tests.skill(1), 10, null,
  E'{"count": 1,\n"event": "\\u0000"}')::jsonb #>> '{result,code}', 'invalid_json', 'I7: a merge with a value that jsonb cannot hold is quarantined');
select throws_ok($$ select public.merge_progress('x', tests.device(), '2025-11-22T10:00:00Z', tests.skill(1), 10) $$, 'CR020', null,
  'I7: a merge without a valid event id is refused');
-- A phone that is a year behind.
create function pg_temp.behind(p_ago interval) returns text language sql as $$ select to_char((now() - interval '365 days' - p_ago) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
select public.merge_progress(tests.ulid(16), tests.device(), pg_temp.behind('1 day'), tests.skill(1), 10, clock_offset_ms => 31536000000, answered_at => '2025-01-01T00:00:00Z');
select public.merge_progress(tests.ulid(17), tests.device(), pg_temp.behind('3 days'), tests.skill(1), 10, sent_at => pg_temp.behind('0'));
select ok((select days @> ((now() at time zone 'utc')::date - 1) from public.practice), 'U10: the clock offset of a merge corrects its day');
select ok((select days @> ((now() at time zone 'utc')::date - 3) from public.practice), 'U10: the clock skew of a merge corrects its day');
select tests.reset_role();
select is((select array_agg(type || utc_offset_minutes order by event_id) from learner.event where user_id = tests.learner()),
  array['progress.advanced0', 'progress.advanced0', 'progress.advanced-60', 'progress.advanced0', 'progress.advanced0'], 'I6: each merge is an event in the ledger');

select * from finish();
rollback;
