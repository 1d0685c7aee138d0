begin;
select plan(4);

update ops.telemetry_setting set keep_days = 400;
select results_eq($$ select action, before ->> 'keep_days', after ->> 'keep_days' from ops.audit where object = 'ops.telemetry_setting' $$,
  $$ values ('update', '180', '400') $$, 'I10: how long telemetry is kept is changed on record');
select is(tests.raised('delete from ops.telemetry_setting where id = 1'), 'CR002', 'U9: without it nothing would ever be dropped');
select is(tests.raised('truncate ops.telemetry_setting'), 'CR002', 'U9: whatever is tried');
select is(tests.violated('insert into ops.telemetry_setting (id) values (2)'), 'telemetry_setting_one_row', 'U9: there is one');

select * from finish();
rollback;
