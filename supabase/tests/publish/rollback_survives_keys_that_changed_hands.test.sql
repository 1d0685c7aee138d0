begin;
select plan(4);

select tests.a_release();
update content.question set key = 'parked' where id = tests.question(1);
update content.question set key = 'question-1' where id = tests.question(2);
update content.question set key = 'question-2' where id = tests.question(1);
update content.question set key = 'was-3' where id = tests.question(3);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-3', 'New', '{a,b}', '{"choice": 0}');
select tests.publish();

select is(private.rollback_release(1, null, false) ->> 'version', '3', 'C5: a roll-back succeeds after keys were swapped');
select results_eq('select id, key collate "default" from content.question where id < tests.question(4) order by id',
  $$ select tests.question(n), 'question-' || n from generate_series(1, 3) n $$, 'C5: a roll-back gives each question its old key');
select matches((select key from content.question where id = tests.question(7)), '^[0-9a-f-]{36}$', 'C5: a newer question that holds an old key gets another key');
select is((select draft ->> 'key' from content.shelf where draft_id = tests.question(7)), 'question-3', 'C5: the shelf has the key that the newer question had');

select * from finish();
rollback;
