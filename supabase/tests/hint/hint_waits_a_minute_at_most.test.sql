begin;
select plan(6);

select tests.configure_signals();
select is((select hint_after_s from ops.signal_setting), 60, 'S1: a hint is sent within 60 s by default');
select is((select schedule from cron.job where jobname = 'carrel_bundles'), '30 seconds', 'S1: the job that sends hints runs every 30 seconds');
update ops.signal_setting set hint_after_s = 3600;
select tests.a_release();
select is(ops.send_due_hints(), null, 'S1: a release without bundles is not hinted before its time');
update ops.signal_setting set hint_after_s = 30;
select is(ops.send_due_hints(), 1, 'S1: a release without bundles is hinted at the last run before its time is over');
select results_eq('select version from tests.hints()', 'values (1)', 'S1: the late hint names the release');
select is((select bundled_at from content.release_state), null, 'S1: the late hint is sent although the release is not bundled');

select * from finish();
rollback;
