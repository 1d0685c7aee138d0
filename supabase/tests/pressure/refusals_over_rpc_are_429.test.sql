begin;
select plan(8);

select tests.a_release();
update ops.pressure_setting set batch_burst = 1, batches_per_s = 0.01;
select tests.authenticate(tests.learner());
select public.ingest(json_build_array(tests.header()::json));
select is(public.ingest(json_build_array(tests.header()::json)) ->> 'code', 'CR083', 'U8: a batch too many is refused');
select is(current_setting('response.status', true), '429', 'U8: with its status');
select matches(current_setting('response.headers', true), '^\[\{"Retry-After" : "\d+"\}\]$', 'U8: and when to come back');
select tests.reset_role();
create temporary table wait on commit drop as select (private.answer_refusal('{"code": "rate_limited", "retry_after_s": 100}') ->> 'hint')::integer as seconds
from generate_series(1, 100);
select ok((select bool_and(seconds between 100 and 124) from wait), 'U8: what is known, and up to a quarter more');
select cmp_ok((select count(distinct seconds) from wait), '>', 5::bigint, 'U8: by chance, so that they do not come back as one');
select is((select a ->> 'hint' from private.answer_refusal('{"code": "rate_limited", "retry_after_s": 7}') a),
  current_setting('response.headers')::json -> 0 ->> 'Retry-After', 'U8: supabase-js, which shows no headers, finds the same in the hint');
select tests.authenticate(tests.learner());
select is(public.merge_progress(tests.ulid(1), tests.device(), '2025-11-22T10:00:00Z', tests.skill(1), 50) ->> 'code', 'CR083', 'U8: a merge is a batch too');
select tests.reset_role();
select is((select limited from learner.state where user_id = tests.learner()), 2, 'U8: both are counted, so neither was rolled back');

select * from finish();
rollback;
