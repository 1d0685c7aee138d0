begin;
select plan(14);

select tests.a_curriculum();
update content.question q set choices = array['a' || n, 'b' || n, 'c' || n, 'd' || n], answer = jsonb_build_object('choice', (n - 1) % 4)
from generate_series(1, 6) n where q.id = tests.question(n);
update content.question q set type = 'short_text', choices = '{}', answer = jsonb_build_object('accepted', jsonb_build_array('x' || n))
from generate_series(5, 6) n where q.id = tests.question(n);
select tests.publish();

create function pg_temp.warned(p_edits text) returns text language plpgsql
as $$
declare
  v_warned text;
begin
  begin
    execute p_edits;
    select coalesce(string_agg(format('%s %s', w ->> 'warning', w ->> 'count'), ', ' order by w ->> 'warning'), 'none') into v_warned
    from jsonb_array_elements(public.preview_release()::jsonb -> 'warnings') w;
    raise exception using errcode = 'P9999';
  exception when sqlstate 'P9999' then
    return v_warned;
  end;
end
$$;
create function pg_temp.keys(p_keys text) returns text language sql
as $$ select format('update content.question q set answer = k.key from (values %s) k (n, key) where q.id = tests.question(k.n);',
  (select string_agg(format('(%s, %L::jsonb)', n, jsonb_build_object('choice', k::integer)), ', ') from unnest(string_to_array(p_keys, ' ')) with ordinality k (k, n))) $$;
create function pg_temp.exchanged(p_column text, p_one integer, p_other integer) returns text language sql
as $$ select format('update content.question q set %1$I = o.%1$I from content.question o '
  'where (q.id, o.id) in ((tests.question(%2$s), tests.question(%3$s)), (tests.question(%3$s), tests.question(%2$s)));', p_column, p_one, p_other) $$;
create function pg_temp.mended(p_question integer) returns text language sql
as $$ select format($edit$ update content.question set prompt = prompt || '!' where id = tests.question(%s); $edit$, p_question) $$;

-- The published keys are 0 1 2 3, then texts.
select is(pg_temp.warned(edits), wanted, format('C5: a preview warns of %s', what))
from (values
  ('nothing when two keys are corrected', pg_temp.keys('1 1 2 0'), 'none'),
  ('two exchanged keys', pg_temp.keys('1 0 2 3'), 'keys_moved 2'),
  ('two exchanged keys beside a corrected one', pg_temp.keys('1 0 3 3'), 'keys_moved 2'),
  ('two exchanged keys of which one has a mended prompt', pg_temp.keys('1 0 2 3') || pg_temp.mended(1), 'keys_moved 2'),
  ('keys that went round', pg_temp.keys('1 2 3 0'), 'keys_moved 4'),
  ('keys that slipped by one row, the last one being new', pg_temp.keys('1 2 3 3') || $$ update content.question set choices[5] = 'e', answer = '{"choice": 4}' where id = tests.question(4) $$, 'keys_moved 3'),
  ('exchanged accepted texts', pg_temp.exchanged('answer', 5, 6), 'keys_moved 2'),
  ('exchanged accepted texts whose prompts were mended', pg_temp.exchanged('answer', 5, 6) || pg_temp.mended(5) || pg_temp.mended(6), 'keys_moved 2'),
  ('exchanged choices, whose keys stayed', pg_temp.exchanged('choices', 1, 2), 'texts_moved 2'),
  ('exchanged prompts, whose keys stayed', pg_temp.exchanged('prompt', 1, 2), 'texts_moved 2'),
  ('a prompt that another question had before its own edit', pg_temp.mended(2) || $$ update content.question set prompt = 'Prompt 2' where id = tests.question(1) $$, 'texts_moved 1'),
  ('exchanged questions', pg_temp.exchanged('prompt', 1, 2) || pg_temp.exchanged('choices', 1, 2) || pg_temp.exchanged('answer', 1, 2), 'texts_moved 2'),
  ('exchanged questions of equal choices', pg_temp.exchanged('prompt', 5, 6) || pg_temp.exchanged('answer', 5, 6), 'texts_moved 2'),
  ('nothing when prompts are mended', pg_temp.mended(1) || pg_temp.mended(2), 'none')) w (what, edits, wanted);

select * from finish();
rollback;
