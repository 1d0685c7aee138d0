begin;
select plan(4);

select tests.a_release();
-- The number of devices is the planner's estimate, which analyze sets.
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at)
select gen_random_uuid(), gen_random_uuid(), now(), now() from generate_series(1, 100);
analyze learner.device;
select is((private.hint_payload(1) ->> 'spread_s')::integer, 0, 'S1: a hundred devices return at once');
update ops.signal_setting set hint_devices_per_s = 10, hint_at_once = 0;
select is((private.hint_payload(1) ->> 'spread_s')::integer, 10, 'S1: the spread of a hint is the number of devices divided by the devices per second');
update ops.signal_setting set hint_at_once = 15;
select is((private.hint_payload(1) ->> 'spread_s')::integer, 9, 'S1: a spread is for the devices beyond those who return at once, rounded up');
update ops.signal_setting set hint_spread_max_s = 5;
select is((private.hint_payload(1) ->> 'spread_s')::integer, 5, 'S1: the spread of a hint is at most hint_spread_max_s');

select * from finish();
rollback;
