begin;
select plan(16);

select tests.a_curriculum();

-- Devices would refuse every page with one of these values.
select is(tests.violated(format('update content.question set %s where id = tests.question(1)', change)), 'question_' || rule, 'I2: a question is refused: ' || change)
from (values
  ($$ tags = '{NULL}' $$, 'tags_present'), ($$ tags = '[2:3]={a,b}' $$, 'tags_are_one_list'), ($$ tags = '{{a},{NULL}}' $$, 'tags_are_one_list'),
  ($$ tags = '{""}' $$, 'tags_short_and_not_blank'), ($$ tags = array[repeat('🧭', 61)] $$, 'tags_short_and_not_blank'),
  ($$ choices = '[0:1]={a,b}' $$, 'choices_are_one_list'), ($$ choices = '{{a,NULL},{c,d}}' $$, 'choices_are_one_list'),
  ($$ type = 'numeric', choices = '{{a}}', answer = '{"value": "1"}' $$, 'choices_are_one_list'),
  ($$ choices = '{a,b,c,d}', answer = '{"choice": 1.0}' $$, 'single_choice_answer_is_an_index')) r (change, rule);
select is(tests.violated(format('update content.question set tags = %L where id = tests.question(1)', tags)), 'nothing', 'I2: tags are accepted: ' || left(tags::text, 30))
from (values ('{}'::text[]), ('{a,"b c"}'), (array[repeat('🧭', 60)]), (array_fill('a'::text, array[20]))) t (tags);

select ok(not private.is_media(jsonb_build_array(jsonb_build_object('path', path, 'bytes', 1, 'sha256', repeat('a', 64), 'mime', 'a/b'))),
  'I2: a media path is refused: ' || left(path, 20))
from unnest(array[E'a\uFEFFb', repeat('🧭', 251), 'sea/../tide.webp']) path;

select * from finish();
rollback;
