begin;
select plan(12);

select tests.a_release();
create temporary table line on commit drop as
  select n, tests.event(n, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1, 'skill_id', tests.skill(n - 9)),
    jsonb_build_object('device_id', tests.device(n))) as text from generate_series(10, 12) n
  union all
  select n, tests.event(n, 'session.ended', jsonb_build_object('session_id', tests.ulid(900), 'reason', (array['completed', 'abandoned'])[n - 19]))
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
  return (select (skill_id, device_id, started_event, ended_event, end_reason)::text from learner.session where user_id = tests.learner(p_learner));
end
$$;

select is(pg_temp.session_after(10 + place::integer, array[a, b, c, d, e]),
  (tests.skill(1), tests.device(10), tests.event_id(10), tests.event_id(20), 'completed')::text, format('I6: in the order %s', array[a, b, c, d, e]))
from (select row_number() over () as place, * from unnest(array[10, 12, 21]) a, unnest(array[10, 11, 12]) b, unnest(array[10, 20, 21]) c, unnest(array[11, 12, 20]) d,
  unnest(array[10, 11, 20]) e where cardinality(array(select distinct x from unnest(array[a, b, c, d, e]) x)) = 5) orders;

select * from finish();
rollback;
