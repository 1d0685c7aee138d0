begin;
select plan(4);

select tests.a_release();
update content.question set prompt = 'Second' where id in (tests.question(1), tests.question(2));
select tests.publish();
update content.question set prompt = 'Third' where id = tests.question(1);
delete from content.question where id = tests.question(2);
select tests.publish();

select bag_eq('select op, id, version from tests.delta(1)',
  $$ values ('upsert', tests.question(1), 3), ('delete', tests.question(2), 3) $$, 'I3: a row that changed twice comes once, in its state at until');
select is_empty('select from tests.delta(0) where id = tests.question(2)', 'I3: a snapshot has no tombstone of a row that the device never held');
select is_empty('select from tests.delta(3)', 'I3: a delta from the newest version is empty');

insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'Came', '{a,b}', '{"choice": 0}');
select tests.publish();
delete from content.question where id = tests.question(7);
select tests.publish();
select is_empty('select from tests.delta(3)', 'I3: a row that was added and deleted between two versions is in no delta');

select * from finish();
rollback;
