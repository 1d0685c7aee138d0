begin;
select plan(15);

select tests.authenticate(tests.learner());
select throws_ok(format('select public.ingest(%L::json)', batch), 'CR020', null, 'I7: a value that is no batch is refused: ' || batch)
from unnest(array['{}', 'null', '[]', '7', '"x"', '[[]]', '[null]', '[{}]']) batch;
select throws_ok('select public.ingest(null)', 'CR020', null, 'I7: a null batch is refused');
select is(tests.raised($$ select public.ingest((select json_agg(case when n = 0 then tests.header()::json else '{}'::json end)
  from generate_series(0, 501) n)) $$), 'CR021 500',
  'I7: a batch of 501 events over RPC is refused');
select is(tests.raised($$ select public.ingest(json_build_array(tests.header()::json, json_build_object('x', repeat('y', 524288 - octet_length(tests.header()))))) $$), 'CR026 524288',
  'U1: a batch over RPC of more than 512 KiB is refused');
select is(tests.raised($$ select public.merge_progress(tests.ulid(1), tests.device(), '2025-11-22T10:00:00Z', tests.skill(1), 1,
  array(select tests.skill(n) from generate_series(1, 30000) n)) $$), 'CR026 524288', 'U1: a merge of more than 512 KiB is refused');
select tests.reset_role();
select is_empty('select from learner.state where user_id = tests.learner()', 'I7: refused calls write no learner state');

select tests.authenticate(tests.learner());
select is(tests.results(public.ingest(json_build_array(tests.header()::json,
  json_build_object('x', repeat('y', 524288 - 11 - octet_length(tests.header())))))), array['quarantined too_large'], 'U1: a batch over RPC of exactly 512 KiB is accepted');
select tests.reset_role();
select is(tests.send(repeat('y', 600000)), array['quarantined too_large'], 'U1: a line that base64 made larger than 512 KiB is quarantined, not refused');

select * from finish();
rollback;
