begin;
select plan(2);

update ops.signal_setting set hint_at_once = 30;
select results_eq(
  $$ select before ->> 'hint_at_once', after ->> 'hint_at_once' from ops.audit where object = 'ops.signal_setting' $$,
  $$ values ('100', '30') $$, 'S1: a change of signal settings is recorded');
select is(tests.raised('delete from ops.signal_setting where id = 1'), 'CR002', 'S1: the row of signal settings cannot be deleted');

select * from finish();
rollback;
