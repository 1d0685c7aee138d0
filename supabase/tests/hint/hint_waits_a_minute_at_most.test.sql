begin;
select plan(4);

select tests.configure_signals();
update ops.signal_setting set hint_after_s = 3600;
select tests.a_release();
select is(ops.send_due_hints(), null, 'S1: a release without its bundles waits');
update ops.signal_setting set hint_after_s = 1;
select pg_sleep(1.1);
select is(ops.send_due_hints(), 1, 'S1: until its time is over');
select results_eq('select version from tests.hints()', 'values (1)', 'S1: then it is hinted all the same');
select is((select bundled_at from content.release_state), null, 'S1: though it is not bundled');

select * from finish();
rollback;
