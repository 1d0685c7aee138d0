begin;
select plan(16);

select tests.a_release();
create function pg_temp.ago(p_days integer) returns date
language sql
as $$ select (now() at time zone 'utc')::date - p_days $$;
-- The practice day of an event, sent by a device whose clock is behind the server's by p_skew: noon UTC, some days ago.
create function pg_temp.day_of(p_n integer, p_ago integer, p_clock interval, p_offset_ms text, p_skew interval, p_utc_offset integer default 0, p_answered interval default null)
returns date
language plpgsql
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_day date;
begin
  delete from learner.practice where user_id = tests.learner();
  perform private.ingest_for(tests.learner(), tests.session(), concat_ws(E'\n',
    tests.header(jsonb_build_object('sent_at', to_char((v_now - p_skew) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))),
    tests.attempt(p_n, 1, '{}', jsonb_build_object('utc_offset_minutes', p_utc_offset, 'clock_offset_ms', p_offset_ms::json,
      'answered_at', to_char(pg_temp.ago(p_ago) + interval '12 hours' - p_answered, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'occurred_at', to_char(pg_temp.ago(p_ago) + interval '12 hours' + p_clock, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))));
  select lower(days) into v_day from learner.practice where user_id = tests.learner();
  return v_day;
end
$$;

select is(pg_temp.day_of(10, 3, '0', null, '0'), pg_temp.ago(3), 'U4: the day of a device with a right clock is its own');
select is(pg_temp.day_of(11, 3, '365 days', '-31536000000', '-365 days'), pg_temp.ago(3), 'U10: the clock offset of an event corrects a clock that is a year ahead');
select is(pg_temp.day_of(12, 3, '-365 days', '31536000000', '365 days'), pg_temp.ago(3), 'U10: the clock offset of an event corrects a clock that is a year behind');
select is(pg_temp.day_of(13, 3, '-14 hours', '50400000', '14 hours'), pg_temp.ago(3), 'U10: a clock offset of less than a day counts too');
select is(pg_temp.day_of(14, 3, '365 days', null, '-365 days'), pg_temp.ago(3), 'U10: without a clock offset, a skew of the batch of more than a day corrects the day');
select is(pg_temp.day_of(15, 3, '0', null, '14 hours'), pg_temp.ago(3), 'U10: a skew of the batch of less than a day changes no day');
select is(pg_temp.day_of(16, 3, '0', '0', '-365 days'), pg_temp.ago(3), 'U10: a clock that was set after an event does not move the event''s day');
select is(pg_temp.day_of(17, 3, '365 days', '0', '-365 days'), pg_temp.ago(3), 'U10: a clock offset that leads into the future is void, and the skew of the batch counts');
select is(pg_temp.day_of(18, 3, '365 days', '32503680000000', '0', 1080),
  (now() at time zone 'utc' + interval '18 hours')::date,
  'I5: no clock offset makes a day after the day of arrival at the learner''s UTC offset');
select is(pg_temp.day_of(30, 3, '-2 minutes', null, '-365 days', p_answered => '5 minutes'), pg_temp.ago(3), 'U10: a skew that leads before the last answer is another clock''s');
select is(pg_temp.day_of(31, 3, '0', '93600000', '-365 days', p_answered => '5 minutes'), pg_temp.ago(2), 'U10: an offset counts as long as it leads to a time between answer and arrival');
select is(pg_temp.day_of(32, 0, '0', '93600000', '-365 days', p_answered => '1 day'), pg_temp.ago(0), 'U10: an offset and a skew that do not fit leave the device''s time');
select is(pg_temp.day_of(33, 3, '-365 days', '0', '365 days', p_answered => '5 minutes'), pg_temp.ago(3), 'U10: an offset that leads before the last answer is void, and the skew of the batch counts');
select is(pg_temp.day_of(34, 3, '-365 days', null, '-700 days', p_answered => '5 minutes'), pg_temp.ago(3), 'U10: no day is before the last answer that the device had');
select is(pg_temp.day_of(35, 3, '400 days', null, '0', p_answered => '-900 days'), (now() at time zone 'utc')::date, 'I5: an answer in the future makes no day after the arrival');
select is(tests.send(tests.attempt(20, 1, '{}', '{"clock_offset_ms": 32503680000001}'), tests.attempt(21, 1, '{}', '{"clock_offset_ms": "1"}')),
  array['quarantined invalid_event clock_offset_ms', 'quarantined invalid_event clock_offset_ms'], 'I7: a clock offset beyond the protocol''s times is quarantined');

select * from finish();
rollback;
