begin;
select plan(4);

select tests.a_curriculum();
insert into content.question (skill_id, key, prompt, type, choices, answer)
select tests.skill(1), 'of-type-' || t.type, 'Typed', t.type, t.choices::text[], t.answer::jsonb
from (values
  ('single_choice', '{a,b}', '{"choice": 1}'), ('multiple_choice', '{a,b}', '{"choices": [0, 1]}'), ('true_false', '{}', '{"value": true}'),
  ('numeric', '{}', '{"value": "1"}'), ('short_text', '{}', '{"accepted": ["a"]}')) t (type, choices, answer);
insert into content.question (skill_id, key, prompt, type, choices, answer, media)
select q.skill_id, 'media-' || q.key, q.prompt, q.type, q.choices, q.answer,
  jsonb_build_array(jsonb_build_object('path', 'a.png', 'bytes', 7, 'sha256', repeat('a', 64), 'mime', 'image/png'))
from content.question q where q.key like 'of-type-%';
create temporary table form on commit drop as
select q.key, s.schema, private.question_schema(q) as needed, private.question_in(s.schema, q) is not distinct from q as is_whole,
  private.question_body(s.schema, 1, q, tests.domain(1)) as body
from content.question q cross join content.schema s;

select is_empty('select * from form where is_whole <> (schema >= needed)',
  'C8: question_schema() names the oldest schema in which question_in() changes nothing');
select is_empty('select key from form where schema >= needed group by key having count(distinct body) <> 1',
  'C8: a question has one text from the schema that it needs on');
select set_eq($$ select key from form where schema = 1 and body is null $$,
  $$ values ('of-type-multiple_choice'), ('of-type-numeric'), ('of-type-short_text'),
    ('media-of-type-multiple_choice'), ('media-of-type-numeric'), ('media-of-type-short_text') $$,
  'C8: schema 1 has no question of the types that it does not know');
select set_eq($$ select distinct type from content.question $$,
  $$ select (regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''', 'g'))[1] from pg_constraint where conname = 'question_type_known' $$,
  'C8: every question type has a case here');

select * from finish();
rollback;
