begin;
select plan(8);

select tests.a_release();
update ops.pressure_setting set batch_burst = 1, batches_per_s = 0.01;
select tests.authenticate(tests.learner());
select public.ingest(json_build_array(tests.header()::json));
select is(public.ingest(json_build_array(tests.header()::json)) ->> 'code', 'CR083', 'U8: a batch over RPC beyond the limit is refused');
select is(current_setting('response.status', true), '429', 'U8: a refusal over RPC has the status 429');
select matches(current_setting('response.headers', true), '^\[\{"Retry-After" : "\d+"\}\]$', 'U8: a refusal over RPC has a Retry-After header');
select tests.reset_role();
create temporary table wait on commit drop as select (private.answer_refusal('{"code": "rate_limited", "retry_after_s": 100}') ->> 'hint')::integer as seconds
from generate_series(1, 100);
select ok((select bool_and(seconds between 100 and 124) from wait), 'U8: the wait of a refusal is the known time and up to a quarter more');
select cmp_ok((select count(distinct seconds) from wait), '>', 5::bigint, 'U8: the waits of refusals are spread randomly');
select is((select a ->> 'hint' from private.answer_refusal('{"code": "rate_limited", "retry_after_s": 7}') a),
  current_setting('response.headers')::json -> 0 ->> 'Retry-After', 'U8: the hint of a refusal equals its Retry-After header');
select tests.authenticate(tests.learner());
select is(public.merge_progress(tests.ulid(1), tests.device(), '2025-11-22T10:00:00Z', tests.skill(1), 50) ->> 'code', 'CR083', 'U8: a merge beyond the limit is refused');
select tests.reset_role();
select is((select limited from learner.state where user_id = tests.learner()), 2, 'U8: refusals over RPC are counted');

select * from finish();
rollback;
