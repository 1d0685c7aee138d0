begin;
select plan(13);

select tests.a_release();
update ops.pressure_setting set event_burst = 500, events_per_s = 1, batch_burst = 3, batches_per_s = 0.01;
create function pg_temp.send(p_events integer, p_from integer, p_learner integer default 1) returns text language plpgsql
as $$
declare
  v_answer json := private.ingest_for(tests.learner(p_learner), tests.session(p_learner), tests.batch(variadic array(
    select replace(tests.attempt(n, 1), tests.learner()::text, tests.learner(p_learner)::text) from generate_series(p_from, p_from + p_events - 1) n)));
begin
  return coalesce('refused ' || (v_answer #>> '{refused,code}'), 'taken ' || json_array_length(v_answer -> 'results'));
end
$$;
-- Simulates that this many seconds have passed.
create function pg_temp.wait(p_seconds integer) returns void language sql
as $$
  update learner.state set events_full_at = events_full_at - make_interval(secs => p_seconds),
    batches_full_at = batches_full_at - make_interval(secs => p_seconds)
$$;

select is(pg_temp.send(200, 1000), 'taken 200', 'U8: a batch is accepted while the bucket is full');
select is(pg_temp.send(200, 2000), 'taken 200', 'U8: a batch is accepted while the bucket has enough tokens');
select is(pg_temp.send(200, 3000), 'refused rate_limited', 'U8: a batch that needs more tokens than are left is refused');
select is((select count(*) from learner.event where user_id = tests.learner()), 400::bigint, 'U8: a refused batch writes no event');
select is((select (limited, limited_at is not null)::text from learner.state where user_id = tests.learner()), '(1,t)', 'U8: a refused batch is counted in the learner''s state');
select is(pg_temp.send(90, 4000), 'taken 90', 'U8: a smaller batch is accepted after a refusal');
select is(pg_temp.send(1, 5000), 'refused rate_limited', 'U8: a batch is refused when the bucket of batches is empty');
select is(pg_temp.send(200, 1000, 2), 'taken 200', 'U8: the buckets of other learners are not affected');
select pg_temp.wait(100);
select is(pg_temp.send(1, 5000), 'taken 1', 'U8: a bucket fills again with time');
select pg_temp.wait(100000);
select is(pg_temp.send(500, 6000), 'taken 500', 'U8: a bucket fills up to its size');
select is(pg_temp.send(50, 7000), 'refused rate_limited', 'U8: a bucket holds no more than its size');
create temporary table refusal on commit drop as
  select (private.ingest_for(tests.learner(), tests.session(), tests.batch(variadic array(select tests.attempt(n, 1) from generate_series(3000, 3199) n))) #>> '{refused,retry_after_s}')::integer as seconds;
select ok((select seconds between 195 and 200 from refusal), 'U8: a refusal says when to try again');
select pg_temp.wait((select seconds from refusal));
select is(pg_temp.send(200, 3000), 'taken 200', 'U8: the whole batch is accepted after the announced wait');

select * from finish();
rollback;
