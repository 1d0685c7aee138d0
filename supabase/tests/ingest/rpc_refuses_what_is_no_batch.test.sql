begin;
select plan(15);

select tests.authenticate(tests.learner());
select throws_ok(format('select public.ingest(%L::json)', batch), 'CR020', null, 'I7: refused as a batch: ' || batch)
from unnest(array['{}', 'null', '[]', '7', '"x"', '[[]]', '[null]', '[{}]']) batch;
select throws_ok('select public.ingest(null)', 'CR020', null, 'I7: refused as a batch: none');
select is(tests.raised($$ select public.ingest((select json_agg(case when n = 0 then tests.header()::json else '{}'::json end)
  from generate_series(0, 501) n)) $$), 'CR021 500',
  'I7: 501 are too many here too');
select is(tests.raised($$ select public.ingest(json_build_array(tests.header()::json, json_build_object('x', repeat('y', 524288 - octet_length(tests.header()))))) $$), 'CR026 524288',
  'U1: nor is more than a batch may hold taken by this door');
select is(tests.raised($$ select public.merge_progress(tests.ulid(1), tests.device(), '2025-11-22T10:00:00Z', tests.skill(1), 1,
  array(select tests.skill(n) from generate_series(1, 30000) n)) $$), 'CR026 524288', 'U1: nor by that one');
select tests.reset_role();
select is_empty('select from learner.state where user_id = tests.learner()', 'I7: nothing was written');

select tests.authenticate(tests.learner());
select is(tests.results(public.ingest(json_build_array(tests.header()::json,
  json_build_object('x', repeat('y', 524288 - 11 - octet_length(tests.header())))))), array['quarantined too_large'], 'U1: just as much is');
select tests.reset_role();
select is(tests.send(repeat('y', 600000)), array['quarantined too_large'], 'U1: what bytes that are no text have grown to is, behind the function''s own limit');

select * from finish();
rollback;
