begin;
select plan(7);

select tests.a_release();
create function pg_temp.at(p_n integer, p_time text, p_offset integer) returns text
language sql
as $$ select tests.attempt(p_n, 1, '{}', jsonb_build_object('occurred_at', p_time, 'utc_offset_minutes', p_offset)) $$;
create temporary view mine as select last_day::text, streak, longest_streak from public.practice where user_id = tests.learner();

select tests.send(pg_temp.at(10, '2025-03-01T23:30:00Z', 60), pg_temp.at(11, '2025-03-03T00:30:00Z', -60));
select is((select days from learner.practice where user_id = tests.learner()), '{[2025-03-02,2025-03-03)}',
  'U4: a day of practice is the local day of the device');
select tests.send(pg_temp.at(13, '2025-03-05T12:00:00Z', 0), pg_temp.at(14, '2025-03-04T12:00:00Z', 0));
select results_eq('table mine', $$ values ('2025-03-05', 2, 2) $$, 'U4: a missed day ends the streak');
select tests.send(pg_temp.at(12, '2025-03-03T12:00:00Z', 0));
select results_eq('table mine', $$ values ('2025-03-05', 4, 4) $$, 'U4: a late event that fills the missed day joins the streaks');
select tests.send(tests.reset(20, 1, 1));
select results_eq('table mine', $$ values ('2025-03-05', 4, 4) $$, 'I5: a reset does not change the days of practice');
select tests.send(tests.event(21, 'progress.advanced', jsonb_build_object('skill_id', tests.skill(2), 'mastery', 5),
  '{"occurred_at": "2025-03-08T10:00:00Z"}'));
select results_eq('table mine', $$ values ('2025-03-08', 1, 4) $$, 'U4: a new streak begins after a gap, and the longest streak stays');
select tests.send(pg_temp.at(22, '2999-01-01T00:00:00Z', 0));
select is((select last_day from public.practice where user_id = tests.learner()),
  (select received_at at time zone 'utc' from learner.event where user_id = tests.learner() and event_id = tests.event_id(22))::date,
  'I5: a day of practice is at most the day of arrival');
select tests.send_for(2, pg_temp.at(30, '1970-01-01T00:00:00Z', -60));
select is((select days from learner.practice where user_id = tests.learner(2)), '{[1969-12-31,1970-01-01)}', 'U4: an event of a clock that was never set counts as a day of practice');

select * from finish();
rollback;
