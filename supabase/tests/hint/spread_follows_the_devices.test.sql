begin;
select plan(2);

select tests.a_release();
-- The number of devices is the planner's estimate, which analyze sets.
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at)
select gen_random_uuid(), gen_random_uuid(), now(), now() from generate_series(1, 101);
analyze learner.device;
update ops.signal_setting set hint_devices_per_s = 10;
select is((private.hint_payload(1, 0) ->> 'spread_s')::integer, 11, 'S1: the spread of a hint is the number of devices divided by the devices per second, rounded up');
update ops.signal_setting set hint_spread_max_s = 5;
select is((private.hint_payload(1, 0) ->> 'spread_s')::integer, 5, 'S1: the spread of a hint is at most hint_spread_max_s');

select * from finish();
rollback;
