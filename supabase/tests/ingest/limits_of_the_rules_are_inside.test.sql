begin;
select plan(1);

select tests.a_release();

select is(tests.send(
    tests.attempt(10, 1, '{"duration_ms": 0, "reset": null}', '{"utc_offset_minutes": -1080, "occurred_at": "2025-11-22T10:00:00.123456Z"}'),
    tests.attempt(11, 1, '{"duration_ms": 86400000}', '{"utc_offset_minutes": 1080}'),
    tests.progress(12, 1, 0, '{"completed": null, "reset": null}'),
    tests.progress(13, 1, 100, jsonb_build_object('completed', array_fill(tests.question(1), array[300]))),
    tests.progress(14, 2, 50, tests.in_reset(1000000, 5)),
    tests.reset(15, 3, 1000000, '{"base": null}'),
    tests.event(16, 'session.started', jsonb_build_object('session_id', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'content_version', 1, 'skill_id', null)),
    replace(tests.attempt(17, 1, '{"x": "@"}'), '@', '\ud834\udd1e')),
  array_fill('applied'::text, array[8]), 'I7: values at the limits of the rules are accepted');

select * from finish();
rollback;
