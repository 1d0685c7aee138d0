begin;
select plan(2);

select tests.a_curriculum();
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;

update content.question set prompt = prompt;
update content.question set prompt = 'Edited' where id = tests.question(9);
select is((select count(*) from ops.audit a, before b where a.id > b.id), 0::bigint, 'I10: an update that changes no value leaves no entry');
update content.question set prompt = case when id = tests.question(1) then 'Edited' else prompt end;
select results_eq('select a.object_id from ops.audit a, before b where a.id > b.id', 'select tests.question(1)::text',
  'I10: an update leaves entries only for the rows that it changes');

select * from finish();
rollback;
