begin;
select plan(28);

select tests.a_release();
create function pg_temp.warned() returns text language sql
as $$
  select coalesce(string_agg(format('%s %s: %s', w ->> 'warning', w ->> 'count',
    (select string_agg(format('%s %s', e ->> 'key', e ->> 'detail'), '; ' order by place) from jsonb_array_elements(w -> 'examples') with ordinality x (e, place))),
    ' | ' order by w ->> 'warning'), 'none')
  from jsonb_array_elements(public.preview_release()::jsonb -> 'warnings') w
$$;
create function pg_temp.with_question(p_set text, p_question integer default 1) returns text language plpgsql
as $$
declare
  v_warned text;
begin
  begin
    execute format('update content.question set %s where id = %L', p_set, tests.question(p_question));
    v_warned := pg_temp.warned();
    raise exception using errcode = 'P9999';
  exception when sqlstate 'P9999' then
    return v_warned;
  end;
end
$$;

select is(pg_temp.warned(), 'none', 'C5: a preview without edits has no warnings');
select is(pg_temp.with_question(edit), wanted, 'C5: a preview warns of ' || what)
from (values
  ('choices that differ only by case', $$ choices = '{Yes,yes}' $$, 'choices_alike 1: question-1 choices[0] "Yes", choices[1] "yes"'),
  ('choices that differ only by quotes and dashes', $$ choices = array[E'a\u2013b', 'c', 'A-B'] $$, E'choices_alike 1: question-1 choices[0] "a\u2013b", choices[2] "A-B"'),
  ('accepted texts that count as one', $$ type = 'short_text', choices = '{}', answer = '{"accepted": ["ok", "OK", "no"]}' $$,
    'accepted_alike 1: question-1 answer.accepted[0] "ok", answer.accepted[1] "OK"'),
  ('an accepted text with a zero-width space', $$ type = 'short_text', choices = '{}', answer = '{"accepted": ["a\u200bb"]}' $$,
    'invisible_characters 1: question-1 answer.accepted[0] has U+200B'),
  ('an accepted text with a soft hyphen', $$ type = 'short_text', choices = '{}', answer = '{"accepted": ["a\u00adb"]}' $$,
    'invisible_characters 1: question-1 answer.accepted[0] has U+00AD'),
  ('an accepted text with a no-break space', $$ type = 'short_text', choices = '{}', answer = '{"accepted": ["a\u00a0b"]}' $$,
    'invisible_characters 1: question-1 answer.accepted[0] has U+00A0'),
  ('an accepted text that begins with a byte order mark', $$ type = 'short_text', choices = '{}', answer = '{"accepted": ["\ufeffa"]}' $$,
    'invisible_characters 1: question-1 answer.accepted[0] has U+FEFF'),
  ('an accepted text with a bidi control', $$ type = 'short_text', choices = '{}', answer = '{"accepted": ["a\u202eb"]}' $$,
    'invisible_characters 1: question-1 answer.accepted[0] has U+202E'),
  ('an accepted text with a blank pattern of Braille', $$ type = 'short_text', choices = '{}', answer = '{"accepted": ["a\u2800"]}' $$,
    'invisible_characters 1: question-1 answer.accepted[0] has U+2800'),
  ('an accepted text with a musical control', $$ type = 'short_text', choices = '{}', answer = '{"accepted": ["a\ud834\udd73"]}' $$,
    'invisible_characters 1: question-1 answer.accepted[0] has U+1D173'),
  ('accepted texts that differ by a tab', $$ type = 'short_text', choices = '{}', answer = '{"accepted": ["a b", "a\tb"]}' $$,
    'accepted_alike 1: question-1 answer.accepted[0] "a b", answer.accepted[1] "a'||chr(9)||'b"'),
  ('choices that differ by a backspace', $$ choices = array['ab', E'a\bb'] $$,
    'choices_alike 1: question-1 choices[0] "ab", choices[1] "a'||chr(8)||'b" | invisible_characters 1: question-1 choices[1] has U+0008'),
  ('choices that differ by a tag', $$ choices = array['ab', E'ab\U000e0020'] $$,
    'choices_alike 1: question-1 choices[0] "ab", choices[1] "ab'||chr(917536)||'" | invisible_characters 1: question-1 choices[1] has U+E0020'),
  ('nothing in the flags of regions', $$ choices = array[E'\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f',
    E'\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f'] $$, 'none'),
  ('a control character in the prompt', $$ prompt = E'Ring\u0007?' $$, 'invisible_characters 1: question-1 prompt has U+0007'),
  ('a bidi control in a choice', $$ choices = array[E'a\u202eb', 'c'] $$, 'invisible_characters 1: question-1 choices[0] has U+202E'),
  ('UTF-8 that was read as Latin-1', $$ prompt = E'Caf\u00c3\u00a9?' $$, E'wrong_encoding 1: question-1 prompt has "\u00c3\u00a9"'),
  ('UTF-8 that was read as Windows-1252', $$ explanation = E'It\u00e2\u20ac\u2122s' $$, E'wrong_encoding 1: question-1 explanation has "\u00e2\u20ac\u2122"'),
  ('letters that could not be read', $$ choices = array[E'Caf\ufffd', 'Tea'] $$, E'wrong_encoding 1: question-1 choices[0] has "\ufffd"'),
  ('nothing in proper typography', $$ prompt = E'\u00ab\u00a0Na\u00efve\u00a0\u00bb \u2014 it\u2019s 10\u00a0% \u4e16\u754c \U0001f469\u200d\U0001f4bb?' $$, 'none'),
  ('nothing in several lines', $$ prompt = E'First\nsecond\tthird' $$, 'none'),
  ('nothing when one key is corrected', $$ answer = '{"choice": 0}' $$, 'none')) w (what, edit, wanted);

-- Keys that were exchanged between rows.
update content.question set answer = case id when tests.question(1) then '{"choice": 0}'::jsonb else '{"choice": 1}' end
where id in (tests.question(1), tests.question(2));
update content.question set answer = '{"choice": 0}' where id = tests.question(2);
select tests.publish();
update content.question set answer = case answer when '{"choice": 0}' then '{"choice": 1}'::jsonb else '{"choice": 0}' end
where id in (tests.question(3), tests.question(2));
select is(pg_temp.warned(), 'keys_moved 2: question-2 {"choice": 0} → {"choice": 1}; question-3 {"choice": 1} → {"choice": 0}',
  'C5: a preview warns of two questions that exchanged their keys');
select is(public.publish_release()::jsonb -> 'warnings' -> 0 ->> 'warning', 'keys_moved', 'C5: a publish returns the warnings of its release');
update content.question q set prompt = o.prompt from content.question o
where (q.id, o.id) in ((tests.question(2), tests.question(3)), (tests.question(3), tests.question(2)));
select is(pg_temp.warned(), 'texts_moved 2: question-2 has the earlier prompt of question-3; question-3 has the earlier prompt of question-2',
  'C5: a preview warns of two questions that exchanged their texts');
select tests.publish();
select is(public.publish_release()::jsonb -> 'warnings', '[]', 'C5: a call that publishes nothing has no warnings');
select is(pg_temp.warned(), 'none', 'C5: a published edit is not warned of again');

select * from finish();
rollback;
