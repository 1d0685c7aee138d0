begin;
select plan(5);

select tests.a_release();

select is(private.ingest_for(tests.learner(), tests.session(), tests.header())::jsonb - 'received_at' - 'token', jsonb_build_object('batch_id',
  tests.ulid(1), 'changed', false, 'results', '[]'::jsonb),
  'I7: a batch with only a header is accepted');
select is(private.ingest_for(tests.learner(), tests.session(), tests.header() || E'\n\n\n')::jsonb -> 'results', '[]', 'I7: blank lines after the header are no events');
select is(tests.send('', tests.attempt(10, 1), '', '', tests.attempt(11, 1), ''), array['applied', 'applied'],
  'I7: blank lines between events are ignored');
select is(private.ingest_for(tests.learner(), tests.session(), replace(tests.batch(tests.attempt(12, 1),
  tests.attempt(13, 1), ''), E'\n', E'\r\n'))::jsonb -> 'results',
  jsonb_build_array(jsonb_build_object('id', tests.ulid(12), 'status', 'applied'), jsonb_build_object('id',
    tests.ulid(13), 'status', 'applied')),
  'I7: lines that end with CRLF are accepted');
select results_eq('select events, applied from learner.batch where user_id = tests.learner() order by received_at',
  'values (0, 0), (0, 0), (2, 2), (2, 2)', 'I10: every batch is recorded, empty ones included');

select * from finish();
rollback;
