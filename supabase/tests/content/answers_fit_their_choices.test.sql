begin;
select plan(11);

select tests.a_curriculum();

-- A key that no answer can match would mark every answer wrong.
select is(tests.violated(format('update content.question set answer = %L where id = tests.question(1)', answer)),
  case when answer like '{%' then 'question_single_choice_answer_is_an_index' else 'question_answer_is_object' end,
  'I2: an answer key is refused: ' || answer)
from unnest(array['{}', '[]', '1', 'null', '{"choice": "1"}', '{"choice": -1}', '{"choice": 1.5}', '{"choice": null}', '{"choice": 100}'])
  as answer;
select is(tests.violated($$ update content.question set choices = '{a,b}', answer = '{"choice": 2}' where id = tests.question(1) $$),
  'question_single_choice_answer_is_an_index', 'I2: an index past the last choice is refused');
select is(tests.violated($$ update content.question set answer = '{"choice": 2}' where id = tests.question(1) $$),
  'nothing', 'I2: the index of the last choice is accepted');

select * from finish();
rollback;
