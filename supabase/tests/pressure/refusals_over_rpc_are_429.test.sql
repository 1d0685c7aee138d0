begin;
select plan(5);

select tests.a_release();
update ops.pressure_setting set batch_burst = 1, batches_per_s = 0.01;
select tests.authenticate(tests.learner());
select public.ingest(json_build_array(tests.header()::json));
select is(public.ingest(json_build_array(tests.header()::json)) ->> 'code', 'CR083', 'U8: a batch too many is refused');
select is(current_setting('response.status', true), '429', 'U8: with its status');
select matches(current_setting('response.headers', true), '^\[\{"Retry-After" : "\d+"\}\]$', 'U8: and when to come back');
select is(public.merge_progress(tests.ulid(1), tests.device(), '2025-11-22T10:00:00Z', tests.skill(1), 50) ->> 'code', 'CR083', 'U8: a merge is a batch too');
select tests.reset_role();
select is((select limited from learner.state where user_id = tests.learner()), 2, 'U8: both are counted, so neither was rolled back');

select * from finish();
rollback;
