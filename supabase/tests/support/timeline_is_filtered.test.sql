begin;
select plan(12);

select tests.a_release();
select tests.send(tests.attempt(10, 1), tests.attempt(11, 2), tests.progress(12, 2, 30), tests.progress(13, 1, 101), 'broken',
  tests.event(14, 'app.failed', '{"code": "disk.full", "fatal": false}'),
  tests.event(15, 'app.reported', '{"platform": "ios", "waiting": 1, "quarantined": 0, "held_back": 0, "dead": 0, "content_version": 1, "damaged": false, "codes": ["disk.full"]}'));
select tests.send(tests.attempt(16, 1, '{}', jsonb_build_object('device_id', tests.device(2))));

create function pg_temp.kinds(p_filter text) returns setof text language plpgsql as $$
begin
  return query execute format('select kind from public.support_timeline(tests.learner(), ''test'', %s)', p_filter);
end $$;
select bag_eq(format('select * from pg_temp.kinds(%L)', filter), expected, 'O2: the timeline is filtered by ' || what)
from (values
  ('kinds', $$ with_kinds => '{batch,device}' $$, $$ values ('batch'), ('batch'), ('device') $$),
  ('telemetry, which is not shown by default', $$ with_kinds => '{telemetry}' $$, $$ values ('telemetry') $$),
  ('a device', format('with_device => %L', tests.device(2)), $$ values ('event') $$),
  ('a code, over all kinds that have one', $$ with_code => 'disk.full', with_kinds => '{telemetry,report,event,quarantine}' $$, $$ values ('report'), ('telemetry') $$),
  ('the code of quarantined events', $$ with_code => 'invalid_event' $$, $$ values ('quarantine') $$),
  ('a skill', format('with_skill => %L', tests.skill(1)), $$ values ('event'), ('event'), ('event') $$),
  ('a question', format('with_question => %L', tests.question(1)), $$ values ('event'), ('event') $$),
  ('a time from which on', $$ from_time => '2025-11-23Z', with_kinds => '{event,batch}' $$, $$ values ('batch'), ('batch') $$),
  ('a time beyond all events', $$ from_time => 'infinity' $$, $$ select 'none' where false $$),
  ('a time before which', $$ to_time => '2025-11-23Z', with_kinds => '{event,batch,report}' $$, $$ values ('event'), ('event'), ('event'), ('event'), ('report') $$)) f (what, filter, expected);
select is(tests.raised($$ select public.support_timeline(tests.learner(), 'test', with_kinds => '{nonsense}') $$), 'CR071 with_kinds', 'O2: an unknown kind is refused');
select is(tests.raised($$ select public.support_timeline(tests.learner(), 'test', 'x', 'y') $$), 'CR071 before', 'O2: a page in both directions is refused');

select * from finish();
rollback;
