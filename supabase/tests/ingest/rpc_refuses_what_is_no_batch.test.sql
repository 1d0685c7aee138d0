begin;
select plan(11);

select tests.authenticate(tests.learner());
select throws_ok(format('select public.ingest(%L::json)', batch), 'CR020', null, 'I7: refused as a batch: ' || batch)
from unnest(array['{}', 'null', '[]', '7', '"x"', '[[]]', '[null]', '[{}]']) batch;
select throws_ok('select public.ingest(null)', 'CR020', null, 'I7: refused as a batch: none');
select is(tests.raised($$ select public.ingest((select json_agg(case when n = 0 then tests.header()::json else '{}'::json end)
  from generate_series(0, 501) n)) $$), 'CR021 500',
  'I7: 501 are too many here too');
select tests.reset_role();
select is_empty('select from learner.state where user_id = tests.learner()', 'I7: nothing was written');

select * from finish();
rollback;
