begin;
select plan(4);

select tests.a_release();
create function pg_temp.batch(variadic p_lines text[]) returns json
language sql
as $$ select ('[' || array_to_string(tests.header() || p_lines, E',\r\n ') || ']')::json $$;
grant execute on function pg_temp.batch(text[]) to authenticated;

select tests.authenticate(tests.learner());
select is(tests.results(public.ingest(pg_temp.batch(tests.attempt(10, 1), tests.attempt(10, 1), tests.attempt(11, 9),
    tests.attempt(12, 1, '{}', jsonb_build_object('learner_id', tests.learner(2))), tests.progress(13, 1, 101),
      tests.attempt(13, 1, '{}', '{"id": 13}'),
    replace(tests.attempt(14, 1, '{"x": "@"}'), '@', '\u0000'), replace(tests.attempt(15, 1, '{"x": "@"}'), '"@"', '1e200000'), tests.attempt(16, 1)))),
  array['applied', 'duplicate', 'quarantined unknown_content', 'retry wrong_learner', 'quarantined invalid_event body.mastery', 'quarantined invalid_event id',
    'quarantined invalid_json', 'quarantined invalid_json', 'applied'],
  'I7: a batch over RPC has the same results as lines');
select is(tests.results(public.ingest(pg_temp.batch(replace(tests.attempt(18, 1, '{}', '{"id": 18}'), '": ', E'"\r\n:\t'), replace(tests.attempt(17, 1), ', "', E',\n"')))),
  array['quarantined invalid_event id', 'applied'], 'I7: line breaks inside an event are white space');
select tests.reset_role();
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 3, 'I4: events over RPC count in progress');
select is(tests.send(tests.attempt(10, 1), tests.attempt(17, 1)), array['duplicate', 'duplicate'],
  'I4: events sent over RPC are known to the Edge Function');

select * from finish();
rollback;
