begin;
select plan(14);

select tests.a_release();
create temporary table line on commit drop as
  select n, reason, tests.event(n, 'session.ended', jsonb_build_object('session_id', tests.ulid(900), 'reason', reason),
    jsonb_build_object('device_id', tests.device(n), 'occurred_at', format('2025-11-22T10:00:%sZ', n))) as text
  from (values (20, 'timed_out'), (21, 'abandoned'), (22, 'completed'), (23, 'completed'), (24, 'abandoned'), (25, 'timed_out')) e (n, reason);

create function pg_temp.end_after(p_learner integer, p_order integer[]) returns text
language plpgsql
as $$
declare
  v_n integer;
begin
  foreach v_n in array p_order loop
    perform tests.send_for(p_learner, (select text from line where n = v_n));
  end loop;
  return (select (ended_event, end_reason, ended_at, device_id)::text from learner.session where user_id = tests.learner(p_learner));
end
$$;

-- Every pair of ends, the later one first, then the earlier one first.
select is(pg_temp.end_after((10 * row_number() over (order by pair))::integer, array[b, a]) || pg_temp.end_after((10 * row_number() over (order by pair))::integer + 1, array[a, b]),
  repeat((select (tests.event_id(n), reason, format('2025-11-22T10:00:%sZ', n)::timestamptz, tests.device(n))::text from line where n = wins), 2),
  format('I6: the end %s counts of the ends %s and %s, in both orders', wins, a, b))
from (values (1, 20, 21, 21), (2, 20, 22, 22), (3, 21, 22, 22), (4, 22, 23, 22), (5, 22, 24, 22), (6, 22, 25, 22), (7, 21, 24, 21),
  (8, 21, 25, 21), (9, 20, 25, 20), (10, 20, 24, 24)) p (pair, a, b, wins);

select is(pg_temp.end_after(201, array[20, 21, 22, 23, 24, 25]), pg_temp.end_after(202, array[25, 24, 23, 22, 21, 20]), 'I6: all ends in either order give the same end');
select is(tests.send_for(203, variadic array(select text from line order by n)), array_fill('applied'::text, array[6]), 'U3: every end is applied, also those that do not count');
select is(pg_temp.end_after(203, '{}'), pg_temp.end_after(201, '{}'), 'I6: ends in one batch give the same end as ends in six');
select ops.rebuild_learner(tests.learner(202));
select is(pg_temp.end_after(202, '{}'), pg_temp.end_after(201, '{}'), 'I6: a rebuild gives the same end');

select * from finish();
rollback;
