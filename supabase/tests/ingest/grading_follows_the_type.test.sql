begin;
select plan(31);

create temporary table trial (type text, key jsonb, answer jsonb, verdict boolean) on commit drop;
insert into trial values
  ('multiple_choice', '{"choices": [0, 2]}', '{"choices": [2, 0]}', true),
  ('multiple_choice', '{"choices": [0, 2]}', '{"choices": [0, 2, 2]}', true),
  ('multiple_choice', '{"choices": [0, 2]}', '{"choices": [0]}', false),
  ('multiple_choice', '{"choices": [0, 2]}', '{"choices": [0, 1, 2]}', false),
  ('multiple_choice', '{"choices": [0]}', '{"choices": 0}', false),
  ('multiple_choice', '{"choices": [0]}', '{"choice": 0}', false),
  ('true_false', '{"value": true}', '{"value": true}', true),
  ('true_false', '{"value": false}', '{"value": true}', false),
  ('true_false', '{"value": true}', '{"value": "true"}', false),
  ('true_false', '{"value": true}', '{"choice": 0}', true),
  ('true_false', '{"value": true}', '{"choice": 1}', false),
  ('true_false', '{"value": false}', '{"choice": 1}', true),
  ('true_false', '{"value": false}', '{"choice": 2}', false),
  ('true_false', '{"value": false}', '{}', false),
  ('numeric', '{"value": "9.81", "tolerance": "0.01"}', '{"value": "9.80"}', true),
  ('numeric', '{"value": "9.81", "tolerance": "0.01"}', '{"value": "9.7999999999999999999999999999"}', false),
  ('numeric', '{"value": "0.3"}', '{"value": "+00.300"}', true),
  ('numeric', '{"value": "1000"}', '{"value": "1e3"}', false),
  ('numeric', '{"value": "1.5"}', '{"value": "1,5"}', false),
  ('numeric', '{"value": "1.5"}', '{"value": 1.5}', false),
  ('numeric', '{"value": "0"}', '{"value": "-0"}', true),
  ('short_text', '{"accepted": ["Mitochondrion", "mitochondria"]}', E'{"text": "  MITOCHONDRIA\\t"}', true),
  ('short_text', '{"accepted": ["New York"]}', E'{"text": "new\\u00a0 \\nyork"}', true),
  ('short_text', '{"accepted": ["Café"]}', E'{"text": "CAFE\\u0301"}', true),
  ('short_text', '{"accepted": ["Café"]}', '{"text": "Cafe"}', false),
  ('short_text', '{"accepted": ["Sisyphus"]}', '{"text": ""}', false),
  ('short_text', '{"accepted": ["ΣΊΣΥΦΟΣ"]}', '{"text": "σίσυφοσ"}', true),
  ('short_text', '{"accepted": ["İ"]}', '{"text": "i"}', true),
  ('short_text', '{"accepted": ["1"]}', '{"text": 1}', false),
  ('short_text', '{"accepted": ["1"]}', '{}', false);
select is(private.grade(type, key, answer), verdict, format('I6: %s %s is graded against %s', type, answer, key)) from trial;
select is(private.grade(null, null, '{"text": "1"}'), null, 'I6: an answer without a key gets no verdict');

select * from finish();
rollback;
