begin;
select plan(3);

select tests.a_curriculum();
update content.question set status = 'draft' where id = tests.question(1);
select tests.publish();

select is_empty('select from content.revision where id = tests.question(1)', 'I2: a question with status draft is not published');
select is((select questions from content.release), 5, 'I2: a question with status draft is not counted');
update content.question set status = 'active' where id = tests.question(1);
select tests.publish();
select results_eq('select id, op from content.revision where schema = 2 and version = 2', $$ values (tests.question(1), 'upsert') $$,
  'I2: a question is published when it becomes active');

select * from finish();
rollback;
