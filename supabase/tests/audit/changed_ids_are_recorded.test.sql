begin;
select plan(1);

select tests.a_curriculum();
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;

update content.question set id = tests.question(7) where id = tests.question(1);
select bag_eq('select a.object_id, a.action, a.before ->> $$key$$ as before, a.after ->> $$key$$ as after
  from ops.audit a, before b where a.id > b.id',
  $$ values (tests.question(1)::text, 'delete', 'question-1', null::text), (tests.question(7)::text, 'insert', null, 'question-1') $$,
  'I10: a changed id is recorded as a delete and an insert');

select * from finish();
rollback;
