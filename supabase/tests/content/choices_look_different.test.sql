begin;
select plan(15);

select tests.a_curriculum();
create function pg_temp.refusal(p_choices text[]) returns text
language sql
as $$ select tests.violated(format('update content.question set choices = %L, answer = %L where id = %L', p_choices, '{"choice": 0}', tests.question(1))) $$;

select is(pg_temp.refusal(choices), 'question_choices_differ_and_are_not_blank', 'C5: a draft is refused whose choices ' || what)
from (values
  ('are equal', array['a', 'b', 'a']),
  ('differ only by runs of spaces', array['a b', 'a  b']),
  ('differ only by spaces at the ends', array['a', ' a ']),
  ('differ only by a line break', array['a b', E'a\nb']),
  ('differ only by a no-break space', array['a b', E'a\u00a0b']),
  ('differ only by the form of an accent', array[E'caf\u00e9', E'cafe\u0301']),
  ('are empty', array['a', '']),
  ('are blank', array['a', E' \t']),
  ('are invisible', array['a', E'\u200b\u00ad'])) c (what, choices);
select is(pg_temp.refusal(choices), 'nothing', 'C5: a draft is accepted whose choices ' || what)
from (values
  ('differ by case', array['a', 'A']),
  ('differ by an accent', array['cafe', E'caf\u00e9']),
  ('differ by a superscript', array['x2', E'x\u00b2']),
  ('differ by a sign', array['-1', '+1']),
  ('are the flags of two regions', array[E'\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f', E'\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f'])) c (what, choices);

select is(tests.violated(format('insert into content.question (skill_id, key, prompt, type, choices, answer) values (%L, %L, %L, %L, %L, %L)',
  tests.skill(1), 'k', '?', 'multiple_choice', '{a,b,b}', '{"choices": [0]}')), 'question_choices_differ_and_are_not_blank',
  'C5: the choices of a multiple choice must differ too');

select * from finish();
rollback;
