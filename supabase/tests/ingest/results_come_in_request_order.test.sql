begin;
select plan(1);

select tests.a_release();
select tests.send(tests.attempt(30, 1));

select is(private.ingest_for(tests.learner(), tests.session(), tests.batch(tests.progress(40, 1, 10), 'x', tests.attempt(30, 1),
  tests.progress(20, 1, 200), tests.attempt(10, 9),
    tests.attempt(11, 1, '{}', jsonb_build_object('learner_id', tests.learner(2))), tests.attempt(13, 1, '{}', '{"id": 13}'),
      tests.attempt(12, 1)))::jsonb -> 'results',
  jsonb_build_array(
    jsonb_build_object('id', tests.ulid(40), 'status', 'applied'),
    '{"status": "quarantined", "code": "invalid_json", "retryable": false}'::jsonb,
    jsonb_build_object('id', tests.ulid(30), 'status', 'duplicate'),
    jsonb_build_object('id', tests.ulid(20), 'status', 'quarantined', 'code', 'invalid_event', 'field', 'body.mastery', 'retryable', false),
    jsonb_build_object('id', tests.ulid(10), 'status', 'quarantined', 'code', 'unknown_content', 'retryable', false),
    jsonb_build_object('id', tests.ulid(11), 'status', 'retry', 'code', 'wrong_learner', 'retryable', true, 'retry_after_s', 3600),
    '{"status": "quarantined", "code": "invalid_event", "field": "id", "retryable": false}'::jsonb,
    jsonb_build_object('id', tests.ulid(12), 'status', 'applied')),
  'I7: each event has a result, in the order of the request');

select * from finish();
rollback;
