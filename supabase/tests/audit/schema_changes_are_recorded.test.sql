begin;
select plan(3);

create temporary table last on commit drop as select max(id) as id from ops.audit;
insert into content.schema (schema, state) values (99, 'previous');
update content.schema set ends_at = '2030-01-01T00:00:00Z' where schema = 99;
update content.schema set state = 'retired', ends_at = null where schema = 99;
update content.schema set state = state;
delete from content.schema where schema = 99;
select results_eq(
  $$ select a.action, a.object_id, a.actor_role, a.before ->> 'state', a.after ->> 'state', (a.after ->> 'ends_at')::timestamptz
     from ops.audit a, last where a.id > last.id and a.object = 'content.schema' order by a.id $$,
  $$ values ('insert', '99', 'postgres', null, 'previous', null::timestamptz), ('update', '99', 'postgres', 'previous', 'previous', '2030-01-01T00:00:00Z'),
    ('update', '99', 'postgres', 'previous', 'retired', null), ('delete', '99', 'postgres', 'retired', null, null) $$,
  'O1, I10: every change of the served content schemas is recorded with its author');
select is(tests.raised('truncate content.schema'), 'CR002', 'I10: content schemas cannot be truncated');
select is((select count(*) from content.schema), 2::bigint, 'I10: the content schemas are still there after a refused truncate');

select * from finish();
rollback;
