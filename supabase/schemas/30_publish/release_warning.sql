-- What:  the warnings of a preview, a publish and an import: edits of questions that are allowed, and are often mistakes.
-- Why:   nobody reads 5,000 changed rows. A column that slipped by one row gives every learner wrong verdicts (C5).

create function private.create_edited_question()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.drop_temporary('edited_question');
  create temp table edited_question (id uuid not null, key text not null, before jsonb, after jsonb not null) on commit drop;
end
$$;
comment on function private.create_edited_question() is
  'Creates the temporary table edited_question: each new or changed question, before and after. private.edit_warning() reads it.';

create function private.text_warning()
returns table (warning text, id uuid, key text, detail text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  -- 1 Most questions are ASCII with single spaces, and their choices differ whatever the case: one regular expression and one count.
  with suspect as materialized (
    select e.id, e.key, e.after
    from pg_temp.edited_question e
    where e.after::text ~ '[^ -~]|\\[bfnrtu]|  |[:,[] ?" | "[],}]'
      or (
        select count(distinct lower(o.text collate "C")) < count(*)
        from jsonb_array_elements_text(case when e.after -> 'answer' ? 'accepted' then e.after -> 'answer' -> 'accepted' else e.after -> 'choices' end) o (text))
  ),
  -- 2 The texts of the others, one by one.
  special as materialized (
    select e.id, e.key, f.kind, f.place, f.text, f.kind || coalesce('[' || f.place || ']', '') as field
    from suspect e
    cross join lateral (
      select n.name as kind, null::bigint as place, e.after ->> n.name as text from unnest(array['prompt', 'explanation']) n (name)
      union all
      select 'choices', c.place - 1, c.text from jsonb_array_elements_text(e.after -> 'choices') with ordinality c (text, place)
      union all
      select 'answer.accepted', a.place - 1, a.text
      from jsonb_array_elements_text(e.after -> 'answer' -> 'accepted') with ordinality a (text, place)
    ) f
  )
  -- Joiners, soft hyphens and no-break spaces are proper typography in what learners read, but no learner types them.
  select 'invisible_characters', s.id, s.key, format('%s has U+%s', s.field, right('000' || u.point, greatest(4, length(u.point))))
  from special s
  cross join lateral (
    select upper(to_hex(ascii(case when s.kind = 'answer.accepted' then private.first_unseen(s.text)
      else coalesce(private.first_stray_tag(s.text),
        substring(s.text from '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]')) end)))
  ) u (point)
  where u.point is not null
  union all
  -- UTF-8 that was read as Latin-1 or Windows-1252, and the character that replaces what could not be read.
  select 'wrong_encoding', s.id, s.key, format('%s has "%s"', s.field, w.part)
  from special s
  cross join lateral (select substring(s.text from
    '[ÂÃÐÑ][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]|â€.?|\ufffd')
  ) w (part)
  where w.part is not null
  union all
  select case s.kind when 'choices' then 'choices_alike' else 'accepted_alike' end, s.id, s.key,
    string_agg(format('%s "%s"', s.field, left(s.text, 40)), ', ' order by s.place)
  from special s
  where s.place is not null
  group by s.id, s.key, s.kind, private.normal_text(s.text)
  having count(*) > 1;
end
$$;
comment on function private.text_warning() is
  'Texts of edited questions that may not be what the author sees: invisible characters, a wrong encoding, choices or accepted texts that differ '
  'only by case, quotes, dashes or spaces.';

create function private.moved_warning()
returns table (warning text, id uuid, key text, detail text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with edit as materialized (
    select e.id, e.key, e.after ->> 'type' as type,
      e.before -> 'prompt' as prompt_before, e.after -> 'prompt' as prompt_after,
      e.before -> 'choices' as choices_before, e.after -> 'choices' as choices_after,
      (e.before -> 'answer') - 'normalisation' as answer_before, (e.after -> 'answer') - 'normalisation' as answer_after
    from pg_temp.edited_question e where e.before is not null
  ),
  part as materialized (
    select e.id, e.key, p.*
    from edit e
    cross join lateral (values ('prompt', e.prompt_before, e.prompt_after), ('choices', e.choices_before, e.choices_after)) p (name, before, after)
    where p.before <> p.after and p.after <> '[]'
  ),
  -- One question for each earlier text: thousands may have had the same choices.
  retold as materialized (
    select p.id, p.key, o.key as other, array_agg(p.name) as names
    from part p
    join (select distinct on (b.name, b.before) b.* from part b order by b.name, b.before, b.key) o on o.name = p.name and o.before = p.after
    group by p.id, p.key, o.id, o.key
  ),
  -- Another answer key for the same question: what it asks or what it offers has stayed. Numbers and texts are rarely alike by chance, so they count
  -- for an edited question too.
  rekeyed as materialized (
    select * from edit e
    where e.answer_before <> e.answer_after and e.id not in (select t.id from retold t)
      and (e.prompt_before = e.prompt_after or (e.choices_before = e.choices_after and e.choices_after <> '[]') or e.type in ('numeric', 'short_text'))
  ),
  -- How many of the new keys are earlier keys of these questions, each used once.
  moved as materialized (
    select sum(least(b.times, a.times)) as keys
    from (select answer_before as answer, count(*) as times from rekeyed group by 1) b
    join (select answer_after as answer, count(*) as times from rekeyed group by 1) a using (answer)
  )
  select 'keys_moved', r.id, r.key, format('%s → %s', r.answer_before, r.answer_after)
  from rekeyed r, moved m
  -- Two that exchanged their keys, or three of which the last one got a new key. One key that another question had is a coincidence.
  where m.keys >= 2 and r.answer_after in (select o.answer_before from rekeyed o)
  union all
  select 'texts_moved', t.id, t.key, format('has the earlier %s of %s', case cardinality(t.names) when 1 then t.names[1] else 'text' end, t.other)
  from retold t;
end
$$;
comment on function private.moved_warning() is
  'Edits that look like rows that were mixed up. keys_moved: questions got the earlier answer keys of other ones. texts_moved: a question got the earlier '
  'prompt or choices of another one, so its key or its learners'' histories would be about the wrong question.';

create function private.unstored_media(p_names text[])
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select n.name from unnest(p_names) n (name)
  where not exists (select from storage.objects o where o.bucket_id = 'media' and o.name = n.name)
$$;
comment on function private.unstored_media(text[]) is
  'Those of these files that the bucket media does not have. Owned by postgres, because carrel_definer has no rights in the schema storage.';

create function private.media_warning()
returns table (warning text, id uuid, key text, detail text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with file as materialized (
    select e.id, e.key, m.file ->> 'path' as path, m.file ->> 'sha256' as sha256
    from pg_temp.edited_question e
    cross join lateral jsonb_array_elements(e.after -> 'media') m (file)
  )
  select 'media_missing', f.id, f.key, format('%s was never uploaded', f.path)
  from file f
  where f.sha256 in (select u from private.unstored_media(array(select distinct x.sha256 from file x)) u);
end
$$;
comment on function private.media_warning() is 'media_missing: files that edited questions name, and that the bucket media does not have.';

create function private.edit_warnings(p_media boolean default false)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
  select coalesce(json_agg(json_build_object('warning', g.warning, 'count', g.count, 'examples', g.examples) order by g.warning), '[]')
  from (
    select w.warning, count(distinct w.id) as count,
      json_agg(json_build_object('id', w.id, 'key', w.key, 'detail', w.detail) order by w.key, w.detail) filter (where w.place <= 5) as examples
    from (
      select x.*, row_number() over (partition by x.warning order by x.key, x.detail) as place
      from (
        select * from private.text_warning() union all select * from private.moved_warning()
        union all select m.* from private.media_warning() m where p_media
      ) x
    ) w
    group by w.warning
  ) g);
end
$$;
comment on function private.edit_warnings(boolean) is
  'The warnings about the questions in the temporary table edited_question: each with the number of questions and up to five examples. '
  'p_media: also about files that were never uploaded.';

create function private.change_warnings()
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema constant smallint := private.content_schema();
begin
  perform private.create_edited_question();
  -- Without statistics the planner compares every row with every other one: 28 s for 6,000 edits.
  analyze pg_temp.change (kind, id, op), pg_temp.candidate (kind, id);
  insert into pg_temp.edited_question
  select c.id, t.key, b.body::jsonb, t.body::jsonb
  from pg_temp.change c
  join pg_temp.candidate t on t.kind = c.kind and t.id = c.id and c.schema between t.from_schema and t.schema
  left join content.revision b on b.kind = c.kind and b.id = c.id and b.version = c.before_version and v_schema between b.from_schema and b.schema
  where c.kind = 'question' and c.op = 'upsert' and v_schema between c.from_schema and c.schema;
  analyze pg_temp.edited_question (id);
  return private.edit_warnings(true);
end
$$;
comment on function private.change_warnings() is 'The warnings about the questions of a release that collect_change() has collected.';
