begin;
select plan(7);

select tests.a_release();
create function pg_temp.at(p_n integer, p_time text, p_offset integer) returns text
language sql
as $$ select tests.attempt(p_n, 1, '{}', jsonb_build_object('occurred_at', p_time, 'utc_offset_minutes', p_offset)) $$;
create temporary view mine as select last_day::text, streak, longest_streak from public.practice where user_id = tests.learner();

select tests.send(pg_temp.at(10, '2025-03-01T23:30:00Z', 60), pg_temp.at(11, '2025-03-03T00:30:00Z', -60));
select is((select days from learner.practice where user_id = tests.learner()), '{[2025-03-02,2025-03-03)}',
  'U4: half past midnight in Vienna and half past eleven at night in the Atlantic are the same local day');
select tests.send(pg_temp.at(13, '2025-03-05T12:00:00Z', 0), pg_temp.at(14, '2025-03-04T12:00:00Z', 0));
select results_eq('table mine', $$ values ('2025-03-05', 2, 2) $$, 'U4: a day was missed: two days in a row');
select tests.send(pg_temp.at(12, '2025-03-03T12:00:00Z', 0));
select results_eq('table mine', $$ values ('2025-03-05', 4, 4) $$, 'U4: an event that comes late fills the gap');
select tests.send(tests.reset(20, 1, 1));
select results_eq('table mine', $$ values ('2025-03-05', 4, 4) $$, 'I5: a reset takes no day back, and is none itself');
select tests.send(tests.event(21, 'progress.advanced', jsonb_build_object('skill_id', tests.skill(2), 'mastery', 5),
  '{"occurred_at": "2025-03-08T10:00:00Z"}'));
select results_eq('table mine', $$ values ('2025-03-08', 1, 4) $$, 'U4: a new streak begins, the longest stays; all skills count');
select tests.send(pg_temp.at(22, '2999-01-01T00:00:00Z', 0));
select is((select last_day from public.practice where user_id = tests.learner()),
  (select (received_at + interval '1 day') at time zone 'utc' from learner.event where user_id = tests.learner() and event_id = tests.event_id(22))::date,
  'I5: a clock years ahead is clamped to the day after arrival');
select tests.send_for(2, pg_temp.at(30, '1970-01-01T00:00:00Z', -60));
select is((select days from learner.practice where user_id = tests.learner(2)), '{[1969-12-31,1970-01-01)}', 'U4: a clock that was never set counts too');

select * from finish();
rollback;
