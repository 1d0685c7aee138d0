begin;
select plan(36);

create temporary table key (type text, answer jsonb, fits boolean) on commit drop;
insert into key values
  ('single_choice', '{"choice": 2}', true), ('single_choice', '{"choice": 2, "why": 1}', false),
  ('multiple_choice', '{"choices": [0]}', true), ('multiple_choice', '{"choices": [2, 0]}', true),
  ('multiple_choice', '{"choices": []}', false), ('multiple_choice', '{"choices": [0, 0]}', false),
  ('multiple_choice', '{"choices": [3]}', false), ('multiple_choice', '{"choices": ["0"]}', false),
  ('multiple_choice', '{"choices": [0.5]}', false), ('multiple_choice', '{"choice": 0}', false), ('multiple_choice', '{}', false),
  ('true_false', '{"value": false}', true), ('true_false', '{"value": null}', false), ('true_false', '{}', false),
  ('true_false', '{"choice": 0}', false),
  ('numeric', '{"value": "-12.50"}', true), ('numeric', '{"value": "1", "tolerance": "0"}', true), ('numeric', '{"value": "1e3"}', false),
  ('numeric', '{"value": ".5"}', false), ('numeric', '{"value": "1", "tolerance": "-1"}', false), ('numeric', '{"value": "1", "tolerance": null}', false),
  ('numeric', '{"value": "1", "tolerence": "1"}', false), ('numeric', '{"value": "NaN"}', false), ('numeric', '{"value": 1}', false),
  ('short_text', '{"accepted": ["a", "b"]}', true), ('short_text', '{"accepted": []}', false), ('short_text', '{"accepted": [" "]}', false),
  ('short_text', '{"accepted": [1]}', false), ('short_text', '{"accepted": "a"}', false), ('short_text', '{"text": "a"}', false),
  ('essay', '{"text": "a"}', false);
insert into key select 'short_text', jsonb_build_object('accepted', jsonb_build_array(repeat('x', n))), n = 200 from unnest(array[200, 201]) n;
select is(private.is_answer_key(type, '{no,yes,perhaps}', answer), fits, format('I2: %s %s', type, left(answer::text, 60))) from key;

select ok(private.is_media(jsonb_build_array(jsonb_build_object('path', 'sea/tide.webp', 'bytes', 18211, 'sha256', repeat('a', 64), 'mime', 'image/webp'))),
  'I2: media may list a file with path, size, hash and type');
select ok(not private.is_media(jsonb_build_array(jsonb_build_object('path', '/etc', 'bytes', 1, 'sha256', repeat('a', 64), 'mime', 'a/b'))),
  'I2: a media path must be relative');
select ok(not private.is_media('{}'), 'I2: media must be a list');

select * from finish();
rollback;
