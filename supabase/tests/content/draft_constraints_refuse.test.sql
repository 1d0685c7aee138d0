begin;
select plan(37);

select tests.a_curriculum();

create temporary table violation (rule text, statement text) on commit drop;
insert into violation values
  ('domain_pkey', $$ insert into content.domain (id, key, title) values (tests.domain(1), 'other', 'Other') $$),
  ('domain_key_unique', $$ insert into content.domain (key, title) values ('domain-1', 'Other') $$),
  ('domain_key_is_slug', $$ update content.domain set key = 'Domain 1' where id = tests.domain(1) $$),
  ('domain_title_not_blank', $$ update content.domain set title = '  ' where id = tests.domain(1) $$),
  ('domain_status_known', $$ update content.domain set status = 'gone' where id = tests.domain(1) $$),
  ('skill_pkey', $$ insert into content.skill (id, domain_id, key, title) values (tests.skill(1), tests.domain(1), 'other', 'Other') $$),
  ('skill_domain_exists', $$ update content.skill set domain_id = tests.domain(9) where id = tests.skill(1) $$),
  ('skill_key_unique', $$ update content.skill set key = 'skill-2' where id = tests.skill(1) $$),
  ('skill_key_is_slug', $$ update content.skill set key = '-' where id = tests.skill(1) $$),
  ('skill_title_not_blank', $$ update content.skill set title = repeat('x', 301) where id = tests.skill(1) $$),
  ('skill_status_known', $$ update content.skill set status = '' where id = tests.skill(1) $$),
  ('question_pkey', $$ update content.question set id = tests.question(2) where id = tests.question(1) $$),
  ('question_skill_exists', $$ update content.question set skill_id = tests.skill(9) where id = tests.question(1) $$),
  ('question_key_unique', $$ update content.question set key = 'question-2' where id = tests.question(1) $$),
  ('question_key_is_slug', $$ update content.question set key = repeat('x', 121) where id = tests.question(1) $$),
  ('question_type_known', $$ update content.question set type = 'essay' where id = tests.question(1) $$),
  ('question_prompt_not_blank', $$ update content.question set prompt = E'\n' where id = tests.question(1) $$),
  ('question_difficulty_in_range', $$ update content.question set difficulty = 6 where id = tests.question(1) $$),
  ('question_status_known', $$ update content.question set status = 'ACTIVE' where id = tests.question(1) $$),
  ('question_choices_count', $$ update content.question set choices = '{only}', answer = '{"choice": 0}' where id = tests.question(1) $$),
  ('question_choices_differ_and_are_not_blank', $$ update content.question set choices = '{same,same}' where id = tests.question(1) $$),
  ('question_choices_present', $$ update content.question set choices = array['no', 'yes', null] where id = tests.question(1) $$),
  ('question_choices_are_one_list', $$ update content.question set choices = '{{a,b},{c,d}}' where id = tests.question(1) $$),
  ('question_tags_are_one_list', $$ update content.question set tags = '{{a,b}}' where id = tests.question(1) $$),
  ('question_tags_count', $$ update content.question set tags = array_fill('a'::text, array[21]) where id = tests.question(1) $$),
  ('question_tags_present', $$ update content.question set tags = '{a,NULL}' where id = tests.question(1) $$),
  ('question_tags_short_and_not_blank', $$ update content.question set tags = array['a', repeat('x', 61)] where id = tests.question(1) $$),
  ('question_choices_only_where_chosen', $$ update content.question set type = 'true_false', answer = '{"value": true}' where id = tests.question(1) $$),
  ('question_answer_is_object', $$ update content.question set answer = '[1]' where id = tests.question(1) $$),
  ('question_single_choice_answer_is_an_index', $$ update content.question set answer = '{"choice": 3}' where id = tests.question(1) $$),
  ('question_multiple_choice_answer_is_indexes',
    $$ update content.question set type = 'multiple_choice', answer = '{"choices": [1, 1]}' where id = tests.question(1) $$),
  ('question_true_false_answer_is_true_or_false',
    $$ update content.question set type = 'true_false', choices = '{}', answer = '{"value": "true"}' where id = tests.question(1) $$),
  ('question_numeric_answer_is_decimal_strings',
    $$ update content.question set type = 'numeric', choices = '{}', answer = '{"value": 9.81}' where id = tests.question(1) $$),
  ('question_short_text_answer_is_accepted_texts',
    $$ update content.question set type = 'short_text', choices = '{}', answer = '{"accepted": [" "]}' where id = tests.question(1) $$),
  ('question_media_has_path_bytes_sha256_mime', $$ update content.question set media = '[{"path": "a.png"}]' where id = tests.question(1) $$);

select set_eq('select rule from violation',
  $$ select conname::text from pg_constraint
     where conrelid in ('content.domain'::regclass, 'content.skill'::regclass, 'content.question'::regclass) and contype <> 'n' $$,
  'I2: every constraint of the drafts has a case here');
select is(tests.violated(statement), rule, 'I2: a draft is refused by ' || rule) from violation;
select is((select array_agg(title order by key) from content.skill), array['Skill 1', 'Skill 2', 'Skill 3'],
  'I2: refused statements leave the drafts as they were');

select * from finish();
rollback;
