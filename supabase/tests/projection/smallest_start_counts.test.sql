begin;
select plan(6);

select tests.a_release();
create temporary table line on commit drop as
  select n, tests.event(n, 'session.started', jsonb_build_object('session_id',
    tests.ulid(900), 'content_version', 1, 'skill_id', tests.skill(n - 9)),
    jsonb_build_object('device_id', tests.device(n))) as text from generate_series(10, 12) n
  union all
  select n, tests.event(n, 'session.ended', jsonb_build_object('session_id',
    tests.ulid(900), 'reason', (array['completed', 'abandoned'])[n - 19]))
  from generate_series(20, 21) n;

-- In every order of arrival, one event a batch.
create function pg_temp.session_after(p_learner integer, p_order integer[]) returns text
language plpgsql
as $$
declare
  v_n integer;
begin
  foreach v_n in array p_order loop
    perform tests.send_for(p_learner, (select text from line where n = v_n));
  end loop;
  return (select (skill_id, device_id, started_event, ended_event, end_reason)::text from learner.session
    where user_id = tests.learner(p_learner));
end
$$;

select is(pg_temp.session_after(10 + place::integer, string_to_array(arrival, ' ')::integer[]),
  (tests.skill(1), tests.device(10), tests.event_id(10), tests.event_id(20), 'completed')::text, 'I6: the first start of a session counts, and the end with the strongest reason, in the order ' || arrival)
from unnest(array['10 11 12 20 21', '21 20 12 11 10', '21 12 20 10 11', '12 21 11 20 10', '20 21 10 12 11', '11 20 10 12 21']) with ordinality o (arrival, place);

select * from finish();
rollback;
