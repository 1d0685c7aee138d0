begin;
select plan(2);

insert into ops.steering (platform, batch_events) values ('android', 100);
update ops.steering set batch_events = 50 where platform = 'android';
delete from ops.steering where platform = 'android';
select results_eq(
  $$ select action, before ->> 'batch_events', after ->> 'batch_events' from ops.audit where object = 'ops.steering' order by id $$,
  $$ values ('insert', null, '100'), ('update', '100', '50'), ('delete', '50', null) $$, 'I10: each change of steering is recorded');
select is(tests.raised('truncate ops.steering'), 'CR002', 'I10: the table of steering cannot be truncated');

select * from finish();
rollback;
