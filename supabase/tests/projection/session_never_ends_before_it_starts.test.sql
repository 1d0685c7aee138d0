begin;
select plan(10);

select tests.a_release();
create temporary table line on commit drop as
  select n, tests.event(n, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1),
    jsonb_build_object('occurred_at', occurred_at)) as text
  from (values (10, '2025-11-22T10:00:00Z'), (11, '2025-11-22T12:00:00Z')) s (n, occurred_at)
  union all
  select 20, tests.event(20, 'session.ended', jsonb_build_object('session_id', tests.ulid(900), 'reason', 'completed'),
    '{"occurred_at": "2025-11-22T09:00:00Z"}');

create function pg_temp.times_after(p_learner integer, p_order integer[]) returns text
language plpgsql
as $$
declare
  v_n integer;
begin
  foreach v_n in array p_order loop
    perform tests.send_for(p_learner, (select text from line where n = v_n));
  end loop;
  return (select (started_at, ended_at, end_claimed_at, end_reason)::text from learner.session where user_id = tests.learner(p_learner));
end
$$;

select is(pg_temp.times_after(10 + place::integer, string_to_array(arrival, ' ')::integer[]),
  ('2025-11-22 10:00Z'::timestamptz, '2025-11-22 10:00Z'::timestamptz, '2025-11-22 09:00Z'::timestamptz, 'completed')::text,
  'I6: an end before its start counts as an end at the start in the order ' || arrival)
from unnest(array['10 11 20', '20 11 10', '11 20 10', '11 10 20', '20 10 11', '10 20 11']) with ordinality o (arrival, place);

select ops.rebuild_learner(tests.learner(11));
select is((select ended_at from learner.session where user_id = tests.learner(11)), '2025-11-22 10:00Z'::timestamptz,
  'I6: a rebuild gives the same end');
select is((select occurred_at from learner.event where user_id = tests.learner(11) and event_id = tests.event_id(20)), '2025-11-22 09:00Z'::timestamptz,
  'U3: the ledger keeps the time that the device claimed');
select tests.send((select text from line where n = 20));
select results_eq($$ select started_at, ended_at from learner.session where user_id = tests.learner() $$,
  $$ values (null::timestamptz, '2025-11-22 09:00Z'::timestamptz) $$, 'I6: an end without a start keeps its own time');
select is(tests.violated($$ update learner.session set ended_at = started_at - interval '1 second' where user_id = tests.learner(11) $$),
  'session_ends_after_its_start', 'I6: nobody can store a session that ends before it starts');

select * from finish();
rollback;
