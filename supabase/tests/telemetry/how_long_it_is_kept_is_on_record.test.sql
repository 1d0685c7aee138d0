begin;
select plan(4);

update ops.telemetry_setting set keep_days = 400;
select results_eq($$ select action, before ->> 'keep_days', after ->> 'keep_days' from ops.audit where object = 'ops.telemetry_setting' $$,
  $$ values ('update', '180', '400') $$, 'I10: a change of how long telemetry is kept is recorded');
select is(tests.raised('delete from ops.telemetry_setting where id = 1'), 'CR002', 'U9: the row of telemetry settings cannot be deleted');
select is(tests.raised('truncate ops.telemetry_setting'), 'CR002', 'U9: the table of telemetry settings cannot be truncated');
select is(tests.violated('insert into ops.telemetry_setting (id) values (2)'), 'telemetry_setting_one_row', 'U9: a second row of telemetry settings is refused');

select * from finish();
rollback;
