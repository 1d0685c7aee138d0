begin;
select plan(12);

select tests.a_curriculum();
update content.question set type = 'true_false', choices = '{}', answer = '{"value": false}' where id = tests.question(2);
update content.question set type = 'numeric', choices = '{}', answer = '{"value": "9.81", "tolerance": "0.01"}' where id = tests.question(3);
update content.question set media = jsonb_build_array(jsonb_build_object('path', 'a.png', 'bytes', 7, 'sha256', repeat('a', 64), 'mime', 'image/png'))
where id = tests.question(1);
select tests.publish();

select results_eq('select from_schema, schema, count(*) from content.revision group by 1, 2 order by 1, 2',
  'values (1::smallint, 1::smallint, 2::bigint), (1::smallint, 2::smallint, 8), (2::smallint, 2::smallint, 3)',
  'C8: rows that are equal in both schemas are stored once, and new question types are absent from schema 1');
select is((select body::jsonb - 'domain_id' - 'skill_id' - 'id' from content.revision where schema = 1 and id = tests.question(2)),
  '{"kind": "question", "version": 1, "key": "question-2", "type": "single_choice", "prompt": "Prompt 2", "choices": ["True", "False"], "answer": {"choice": 1}, "position": 0}',
  'C8: a true_false question is a single choice in schema 1');
select is((select body::jsonb -> 'answer' from content.revision where schema = 2 and id = tests.question(2)), '{"value": false}',
  'C8: a true_false question has its own form in schema 2');
select ok((select body not like '%media%' from content.revision where schema = 1 and id = tests.question(1)), 'C8: schema 1 has no media');
select is(
  (select l from string_to_table(private.content_page(null, 1::smallint, 0, null, null, null, 1000), E'\n') l where l like '%question-4"%'),
  (select l from string_to_table(private.content_page(null, 2::smallint, 0, null, null, null, 1000), E'\n') l where l like '%question-4"%'),
  'C8: a row that both schemas support has the same bytes in both');
select isnt((select hash from content.tree_node where schema = 1 and kind = 'release'), (select hash from content.tree_node where schema = 2 and kind = 'release'),
  'I12: each schema has its own hash tree');
select is_empty($$ select from content.revision where op = 'upsert' and sha256 <> sha256(convert_to(body, 'UTF8')) $$, 'I12: every hash is computed from the bytes of its row');
select is((select type from content.answer_key where question_id = tests.question(2)), 'true_false', 'I3: answer keys have the types of the current schema');

update content.question set media = '[]' where id = tests.question(1);
select is(tests.publish(), 2, 'C8: a change that only schema 2 can express makes a version');
select results_eq('select schema, id from content.revision where version = 2', $$ values (2::smallint, tests.question(1)) $$, 'C8: a change that only schema 2 can express has no row in schema 1');
update content.question set type = 'short_text', choices = '{}', answer = '{"accepted": ["yes"]}' where id = tests.question(4);
select tests.publish();
select results_eq('select schema, op from content.revision where version = 3 order by 1', $$ values (1::smallint, 'delete'), (2::smallint, 'upsert') $$,
  'C8: a question that becomes one of a new type is deleted in schema 1');

update content.schema set state = 'retired' where schema = 1;
update content.question set prompt = 'Edited' where id = tests.question(5);
select tests.publish();
select results_eq('select from_schema, schema from content.revision where version = 4', 'values (2::smallint, 2::smallint)',
  'C8: a retired schema gets no new rows');

select * from finish();
rollback;
