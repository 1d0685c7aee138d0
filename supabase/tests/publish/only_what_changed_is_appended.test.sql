begin;
select plan(2);

select tests.a_release();

update content.question set prompt = 'Edited' where id = tests.question(4);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 0}');
select tests.publish();
select results_eq(
  'select kind, id, op from content.revision where schema = 2 and version = 2 order by id',
  $$ values ('question', tests.question(4), 'upsert'), ('question', tests.question(7), 'upsert') $$,
  'I3: a release has only the rows that changed');
select results_eq('select upserts, deletes, questions from content.release where version = 2', 'values (2, 0, 7)', 'I2: a release counts the rows that changed');

select * from finish();
rollback;
