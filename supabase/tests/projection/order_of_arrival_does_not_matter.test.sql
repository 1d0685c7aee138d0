begin;
select plan(25);

select tests.a_release();
create temporary table line on commit drop as
  select row_number() over () as n, text from unnest(array[
    tests.event(10, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)),
    tests.attempt(11, 1), tests.attempt(12, 2, '{"answer": {"choice": 0}}'), tests.progress(13, 1, 60,
      jsonb_build_object('completed', array[tests.question(1)])),
    tests.reset(14, 1, 1), tests.attempt(15, 1, tests.in_reset(1, 14)), tests.progress(16, 1, 20, tests.in_reset(1, 14)),
    tests.progress(17, 1, 40, jsonb_build_object('completed', array[tests.question(2)]) || tests.in_reset(1, 14)), tests.attempt(18, 3),
    tests.progress(19, 2, 90), tests.event(20, 'session.ended', jsonb_build_object('session_id', tests.ulid(900), 'reason', 'completed'))]) text;
create function pg_temp.state(p_learner integer) returns jsonb
language sql
as $$
  select jsonb_agg(to_jsonb(r) - 'row_id' order by r.kind, r.row::text)
  from private.projection_rows(tests.learner(p_learner)) r
$$;
create function pg_temp.sent_in_batches_of(p_learner integer, p_size integer, p_seed text) returns jsonb
language plpgsql
as $$
declare
  v_lines text[];
begin
  for v_lines in
    select array_agg(text order by place) from (select text, row_number() over (order by md5(p_seed || n)) - 1 as place
      from line) x group by place / p_size order by place / p_size
  loop
    perform tests.send_for(p_learner, variadic v_lines);
  end loop;
  return pg_temp.state(p_learner);
end
$$;

select tests.send(variadic (select array_agg(text order by n) from line));
select is(jsonb_array_length(pg_temp.state(1)), 8, 'I6: the eleven test events make eight rows');
select is(pg_temp.sent_in_batches_of(10 * size + seed, size, 'seed ' || seed), pg_temp.state(1),
  format('I6: the rows are the same for batches of %s, shuffled by %s', size, seed))
from generate_series(1, 8) seed, unnest(array[1, 3, 11]) size;

select * from finish();
rollback;
