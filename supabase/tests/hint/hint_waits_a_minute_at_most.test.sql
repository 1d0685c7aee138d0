begin;
select plan(6);

select tests.configure_signals();
select is((select hint_after_s from ops.signal_setting), 60, 'S1: a hint is sent within a minute');
select is((select schedule from cron.job where jobname = 'carrel_bundles'), '30 seconds', 'S1: by a job whose turns are 30 s apart');
update ops.signal_setting set hint_after_s = 3600;
select tests.a_release();
select is(ops.send_due_hints(), null, 'S1: a release without its bundles waits');
update ops.signal_setting set hint_after_s = 30;
select is(ops.send_due_hints(), 1, 'S1: until the last turn before its time is over');
select results_eq('select version from tests.hints()', 'values (1)', 'S1: then it is hinted all the same');
select is((select bundled_at from content.release_state), null, 'S1: though it is not bundled');

select * from finish();
rollback;
