begin;
select plan(13);

select tests.a_release();
update ops.pressure_setting set event_burst = 500, events_per_s = 1, batch_burst = 3, batches_per_s = 0.01;
create function pg_temp.send(p_events integer, p_from integer, p_learner integer default 1) returns text language plpgsql
as $$
declare
  v_answer json := private.ingest_for(tests.learner(p_learner), tests.batch(variadic array(
    select replace(tests.attempt(n, 1), tests.learner()::text, tests.learner(p_learner)::text) from generate_series(p_from, p_from + p_events - 1) n)));
begin
  return coalesce('refused ' || (v_answer #>> '{refused,code}'), 'taken ' || json_array_length(v_answer -> 'results'));
end
$$;
-- As if this many seconds had gone by.
create function pg_temp.wait(p_seconds integer) returns void language sql
as $$
  update learner.state set events_full_at = events_full_at - make_interval(secs => p_seconds),
    batches_full_at = batches_full_at - make_interval(secs => p_seconds)
$$;

select is(pg_temp.send(200, 1000), 'taken 200', 'U8: a full bucket lets events through');
select is(pg_temp.send(200, 2000), 'taken 200', 'U8: as many as it holds');
select is(pg_temp.send(200, 3000), 'refused rate_limited', 'U8: and no more');
select is((select count(*) from learner.event where user_id = tests.learner()), 400::bigint, 'U8: nothing of a refused batch is written');
select is((select (limited, limited_at is not null)::text from learner.state where user_id = tests.learner()), '(1,t)', 'U8: but that it was refused');
select is(pg_temp.send(90, 4000), 'taken 90', 'U8: a smaller one still fits');
select is(pg_temp.send(1, 5000), 'refused rate_limited', 'U8: batches have a bucket of their own');
select is(pg_temp.send(200, 1000, 2), 'taken 200', 'U8: another learner is not concerned');
select pg_temp.wait(100);
select is(pg_temp.send(1, 5000), 'taken 1', 'U8: buckets fill again');
select pg_temp.wait(100000);
select is(pg_temp.send(500, 6000), 'taken 500', 'U8: up to what they hold');
select is(pg_temp.send(50, 7000), 'refused rate_limited', 'U8: and not above it');
create temporary table refusal on commit drop as
  select (private.ingest_for(tests.learner(), tests.batch(variadic array(select tests.attempt(n, 1) from generate_series(3000, 3199) n))) #>> '{refused,retry_after_s}')::integer as seconds;
select ok((select seconds between 195 and 200 from refusal), 'U8: a refusal says when to come back');
select pg_temp.wait((select seconds from refusal));
select is(pg_temp.send(200, 3000), 'taken 200', 'U8: and then the batch is taken whole');

select * from finish();
rollback;
