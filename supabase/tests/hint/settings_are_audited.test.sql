begin;
select plan(2);

update ops.signal_setting set hint_after_s = 30;
select results_eq(
  $$ select before ->> 'hint_after_s', after ->> 'hint_after_s' from ops.audit where object = 'ops.signal_setting' $$,
  $$ values ('60', '30') $$, 'S1: how signals are paced is changed on record');
select is(tests.raised('delete from ops.signal_setting where id = 1'), 'CR002', 'S1: and never removed');

select * from finish();
rollback;
