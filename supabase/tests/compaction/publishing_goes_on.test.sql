begin;
select plan(5);

select tests.a_release();
delete from content.question where id = tests.question(2);
update content.question set answer = '{"choice": 2}' where id = tests.question(1);
select tests.publish();
select ops.compact_content(0, '0 s', '0 s');

select is(tests.publish(), 2, 'I1: a publish without changes makes no version after compaction');
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(2), tests.skill(1), 'question-2', 'Back', '{a,b}', '{"choice": 0}');
select is(tests.publish(), 3, 'I1: a question with dropped revisions can be published again');
select results_eq('select op, id from tests.delta(2)', $$ values ('upsert', tests.question(2)) $$, 'I3: a question that is published again comes as an upsert');
select is(tests.send(tests.attempt(1, 3)), array['applied'], 'U3: attempts are graded after compaction');
delete from content.question where id = tests.question(2);
select tests.publish();
select ops.compact_content(0, '0 s', '0 s');
select is((select array_agg(version) from content.answer_key where question_id = tests.question(2)), array[4],
  'C4: compaction keeps the last key of a withdrawn question, so late answers are graded');

select * from finish();
rollback;
