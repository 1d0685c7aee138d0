-- Generated from supabase/schemas/30_publish by `npm run generate`. Do not edit.
--
-- What:  publishing, previews, roll-backs and schedules.
-- Why:   all drafts become one version, or none does (C5).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('schedules');
--        delete from ops.job where name in ('schedules');
--        drop table content.tree_text, content.release_size, content.shelf, content.schedule cascade;
--        drop function if exists private.domain_body, private.skill_body, private.question_body, private.drop_temporary,
--          private.collect_candidate, private.candidate_problem, private.collect_change, private.count_change, private.change_hash,
--          private.create_edited_question, private.text_warning, private.moved_warning, private.unstored_media, private.media_warning,
--          private.edit_warnings, private.change_warnings, private.replace_lines, private.collect_skill_lines, private.write_tree,
--          private.write_release_size, private.lift_lock_timeout, private.published_head, private.publish_drafts, private.publish_release,
--          public.publish_release, private.preview_release, public.preview_release, private.write_wanted, private.rollback_release,
--          public.rollback_release, private.restore_shelved, ops.restore_shelved, private.schedule_json, private.schedule_release,
--          private.cancel_schedule, private.list_schedules, public.schedule_release, public.cancel_schedule, public.list_schedules,
--          private.finish_schedule, ops.run_due_schedule, private.release_history, public.release_history;

select private.revoke_default_grants();

-- Source: schemas/30_publish/content_body.sql
-- What:  the text of a domain, a skill and a question in the form that devices receive.
-- Why:   a release stores these bytes permanently, and the hash tree is built from them.

-- The JSON is concatenated, because row_to_json with json_strip_nulls took four times as long, and these texts are half of
-- the work of a full release. No spaces; fields without a value are omitted.
create function private.domain_body(p_version integer, d content.domain)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return '{"kind":"domain","version":' || p_version || ',"id":"' || d.id || '","key":' || to_json(d.key) || ',"title":' || to_json(d.title)
    || coalesce(',"description":' || to_json(d.description), '') || ',"position":' || d.position || '}';
end
$$;
comment on function private.domain_body(integer, content.domain) is 'A domain''s line, equal in all content schemas. Null input gives null.';

create function private.skill_body(p_version integer, s content.skill)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return '{"kind":"skill","version":' || p_version || ',"id":"' || s.id || '","domain_id":"' || s.domain_id
    || '","key":' || to_json(s.key) || ',"title":' || to_json(s.title)
    || coalesce(',"description":' || to_json(s.description), '') || ',"position":' || s.position || '}';
end
$$;
comment on function private.skill_body(integer, content.skill) is 'A skill''s line, equal in all content schemas. Null input gives null.';

create function private.question_body(p_schema smallint, p_version integer, q content.question, p_domain_id uuid)
returns text
language plpgsql -- rather than sql, which starts an executor for each row of a full release
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_schema < private.question_schema(q) then
    q := private.question_in(p_schema, q);
  end if;
  return '{"kind":"question","version":' || p_version || ',"id":"' || q.id || '","skill_id":"' || q.skill_id
    || '","domain_id":"' || p_domain_id || '","key":' || to_json(q.key) || ',"type":"' || q.type || '","prompt":' || to_json(q.prompt)
    || case when q.choices = '{}' then '' else ',"choices":' || to_json(q.choices) end
    -- Most answers are a single number and need no JSON parsing.
    || ',"answer":' || case when q.type = 'single_choice' then '{"choice":' || (q.answer ->> 'choice') || '}'
      else json_strip_nulls(private.stated_key(q.type, q.answer)::json)::text end
    || coalesce(',"explanation":' || to_json(q.explanation), '') || coalesce(',"difficulty":' || q.difficulty, '')
    || case when q.tags = '{}' then '' else ',"tags":' || to_json(q.tags) end
    || case when q.media = '[]' then '' else ',"media":' || json_strip_nulls(q.media::json) end
    || ',"position":' || q.position || '}';
end
$$;
comment on function private.question_body(smallint, integer, content.question, uuid) is
  'A question''s line in a content schema. Null if the schema does not have the question, and for null input.';

-- Source: schemas/30_publish/candidate.sql
-- What:  the candidate: the marked drafts in the form that devices would receive, beside the published rows.
-- Why:   preview, publish and schedule must agree to the byte, so all use the same snapshot of the drafts.

create function private.drop_temporary(p_table text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if to_regclass(format('pg_temp.%I', p_table)) is not null then
    execute format('drop table pg_temp.%I', p_table);
  end if;
end
$$;
comment on function private.drop_temporary(text) is 'Drops a temporary table of an earlier call in this transaction. Prints no NOTICE if there is none.';

create function private.collect_candidate(p_take_marks boolean, p_version integer)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- As in write_tree().
set enable_memoize = off
set enable_nestloop = on
set enable_hashjoin = off
set enable_mergejoin = off
set enable_hashagg = off
as $$
declare
  v_from smallint;
  v_to smallint;
begin
  select min(s.schema), max(s.schema) into v_from, v_to from content.schema s where s.state <> 'retired';
  -- The planner cannot know the number of marks. Few marks: index look-ups, because a hash of all drafts takes 0.1 s, and sorts, because
  -- a hash table for as many domains as the planner expects takes 5 ms.
  -- Many marks: one pass over the drafts, which for 50,000 drafts takes a third of the look-ups' time.
  if (select sum(cardinality(m.ids)) from content.draft_mark m) > 2000 then
    perform set_config('enable_nestloop', 'off', true), set_config('enable_hashjoin', 'on', true),
      set_config('enable_hashagg', 'on', true);
  end if;
  -- A temporary table, because 50,000 rows are too many for an array. ANALYZE took longer than writing the table,
  -- and readers either scan the table or look up each row in an index.
  perform private.drop_temporary('candidate');
  create temp table candidate (
    kind text not null, id uuid not null, from_schema smallint not null, schema smallint not null, key text, domain_id uuid, skill_id uuid,
    parent_status text, body text, type text, answer jsonb, has_question boolean not null,
    -- The newest revision, if there is one, in any schema.
    newest integer, newest_op text, newest_domain_id uuid, newest_skill_id uuid, newest_from smallint, newest_to smallint,
    newest_body text) on commit drop;
  -- One statement, so one snapshot of marks, drafts and published rows. Everything later reads the candidate.
  with taken as (delete from content.draft_mark where p_take_marks),
  marked as materialized (
    select m.kind, u.id from content.draft_mark m cross join lateral unnest(m.ids) u (id)
  ),
  -- A domain's status affects its skills. A skill's status and domain affect its questions.
  skill_touched as materialized (
    select m.id from marked m where m.kind = 'skill'
    union
    select s.id from marked m join content.skill s on s.domain_id = m.id where m.kind = 'domain'
  ),
  question_touched as materialized (
    select m.id from marked m where m.kind = 'question'
    union
    select q.id from marked m join content.question q on q.skill_id = m.id where m.kind = 'skill'
  ),
  -- Written immediately: materializing 50,000 texts for the queries that need only the domains took longer than building the texts.
  question_row as (
    insert into pg_temp.candidate
    select 'question', t.id, case when f.schema = v_to then least(greatest(n.schema, v_from), v_to) else f.schema end, f.schema,
      q.key, s.domain_id, q.skill_id, s.status, private.question_body(f.schema, p_version, q, s.domain_id), q.type,
      case when q.type = 'short_text' then private.stated_key(q.type, q.answer) else q.answer end, true, b.*
    from question_touched t
    -- Same as `= 'active'`, for which the planner estimates so few rows that it keeps all drafts in memory.
    left join content.question q on q.id = t.id and q.status <> 'draft' and q.status <> 'withdrawn'
    left join content.skill s on s.id = q.skill_id
    left join lateral (
      select r.version, r.op, r.domain_id as was_in, r.skill_id as was_under, r.from_schema, r.schema, r.body
      from content.revision r
      where r.kind = 'question' and r.id = t.id
      order by r.version desc limit 1
    ) b on true
    -- One row for the newest schemas, which share the text, and one row per older schema that has a reduced text.
    cross join lateral (select private.question_schema(q) as schema offset 0) n
    join content.schema f on f.state <> 'retired' and (f.schema = v_to or f.schema < n.schema)
    returning domain_id, newest_domain_id
  ),
  skill_row as materialized (
    select t.id, s.key, s.domain_id, d.status as parent_status,
      private.skill_body(p_version, s) as candidate_body,
      b.*
    from skill_touched t
    left join content.skill s on s.id = t.id and s.status = 'active'
    left join content.domain d on d.id = s.domain_id
    left join lateral (
      select r.version, r.op, r.domain_id as was_in, r.from_schema, r.schema, r.body from content.revision r
      where r.kind = 'skill' and r.id = t.id
      order by r.version desc limit 1
    ) b on true
  ),
  -- A domain may have lost its last question without a change of its own. (The domain of a tombstone is checked in vain.)
  domain_touched as materialized (
    select m.id from marked m where m.kind = 'domain'
    union select domain_id from question_row where domain_id is not null
    union select newest_domain_id from question_row where newest_domain_id is not null
    union select domain_id from skill_row where domain_id is not null
    union select was_in from skill_row where was_in is not null
  )
  insert into pg_temp.candidate
  select 'domain', t.id, v_from, v_to, d.key, t.id, null::uuid, 'active', private.domain_body(p_version, d), null, null::jsonb,
    d.id is null or (
      select true from content.skill s
      where s.domain_id = d.id and s.status = 'active'
        and (select true from content.question q where q.skill_id = s.id and q.status = 'active' limit 1) limit 1) is not null,
    b.version, b.op, t.id, null::uuid, b.from_schema, b.schema, b.body
  from domain_touched t
  left join content.domain d on d.id = t.id and d.status = 'active'
  left join lateral (
    select r.version, r.op, r.from_schema, r.schema, r.body from content.revision r
    where r.kind = 'domain' and r.id = t.id
    order by r.version desc limit 1
  ) b on true
  union all
  select 'skill', s.id, v_from, v_to, s.key, s.domain_id, null, s.parent_status, s.candidate_body, null, null, true,
    s.version, s.op, s.was_in, null, s.from_schema, s.schema, s.body
  from skill_row s;
end
$$;
comment on function private.collect_candidate(boolean, integer) is
  'Copies the marked drafts and their dependents, beside their last published revisions, into the temporary table candidate. '
  'With p_take_marks the marks are deleted. A row is valid for the schemas from from_schema to schema. '
  'Its body has the version p_version, and is null where those schemas lack the row.';

-- Source: schemas/30_publish/release_change.sql
-- What:  the changes of a release per content schema, and the problems that prevent its publication.
-- Why:   the cost follows the change: these functions read only the candidate and the published rows beside it.

create function private.candidate_problem()
returns table (problem text, kind text, id uuid, key text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema constant smallint := private.content_schema();
begin
  return query
  select case when c.has_question then 'parent_not_active' else 'domain_without_question' end, c.kind, c.id, c.key
  from pg_temp.candidate c
  where v_schema between c.from_schema and c.schema
    and ((c.body is not null and c.parent_status is distinct from 'active') or not c.has_question);
end
$$;
comment on function private.candidate_problem() is
  'The problems that prevent publication; no rows if there are none. Unmarked rows were valid in the last release.';

create function private.collect_change(p_take_marks boolean)
returns void
language plpgsql
volatile
security definer -- so that the temporary tables always have the same owner
set search_path = pg_catalog, pg_temp
-- As in write_tree().
set enable_memoize = off
as $$
declare
  v_next constant integer := 1 + coalesce((select max(r.version) from content.release r), 0);
  v_from smallint;
  v_to smallint;
begin
  perform private.collect_candidate(p_take_marks, v_next);
  perform private.drop_temporary('change');
  -- Without the texts, which stay in the candidate: a dozen statements read this table.
  create temp table change (
    schema smallint not null, from_schema smallint not null, kind text not null, id uuid not null, op text not null,
    domain_id uuid not null, skill_id uuid, sha256 bytea, bytes integer, type text, answer jsonb,
    was_domain_id uuid, was_skill_id uuid, before_version integer, before_bytes integer) on commit drop;
  select min(s.schema), max(s.schema) into v_from, v_to from content.schema s where s.state <> 'retired';

  -- 1 Rows whose text is equal in all schemas, before and after: one comparison, one new text and one hash for all schemas.
  --   The comparison starts at the id, which comes after kind and version.
  insert into pg_temp.change
  select v_to, v_from, c.kind, c.id, case when c.body is null then 'delete' else 'upsert' end,
    coalesce(c.domain_id, c.newest_domain_id), coalesce(c.skill_id, c.newest_skill_id),
    sha256(convert_to(c.body, 'UTF8')), octet_length(c.body) + 1, c.type, c.answer,
    c.newest_domain_id, c.newest_skill_id, case when c.newest_op = 'upsert' then c.newest end, octet_length(c.newest_body) + 1
  from pg_temp.candidate c
  where c.from_schema <= v_from and c.schema >= v_to
    and (c.newest is null or (c.newest_from <= v_from and c.newest_to >= v_to))
    and case
      when c.body is null then c.newest_op = 'upsert'
      else c.newest_op is distinct from 'upsert'
        or substr(c.newest_body, strpos(c.newest_body, '"id":')) <> substr(c.body, strpos(c.body, '"id":'))
    end;

  -- 2 All other rows, schema by schema. They are combined if all schemas of a candidate row have the same change from the
  --   same state: write_release_size() subtracts one old state from all schemas of a row.
  --   Usually there are none, and planning for them would take as long as the rest of a small release.
  if not exists (
    select from pg_temp.candidate c
    where not (c.from_schema <= v_from and c.schema >= v_to and (c.newest is null or (c.newest_from <= v_from and c.newest_to >= v_to))))
  then
    return;
  end if;
  insert into pg_temp.change
  select x.schema, case when x.is_one then x.lowest else x.schema end, x.kind, x.id, case when x.body is null then 'delete' else 'upsert' end,
    coalesce(x.domain_id, x.was_domain_id), coalesce(x.skill_id, x.was_skill_id), sha256(convert_to(x.body, 'UTF8')), octet_length(x.body) + 1,
    x.type, x.answer, x.was_domain_id, x.was_skill_id, case when x.was_op = 'upsert' then x.was_version end, x.before_bytes
  from (
    select y.*, y.schemas = count(*) over (partition by y.kind, y.id, y.highest,
      y.was_version, y.was_op, y.was_domain_id, y.was_skill_id, y.before_bytes) as is_one
    from (
      select s.schema, c.kind, c.id, c.body, c.domain_id, c.skill_id, c.type, c.answer,
        l.version as was_version, l.op as was_op, l.domain_id as was_domain_id, l.skill_id as was_skill_id, l.body as before,
        octet_length(l.body) + 1 as before_bytes,
        min(s.schema) over text as lowest, max(s.schema) over text as highest, count(*) over text as schemas
      from pg_temp.candidate c
      join content.schema s on s.state <> 'retired' and s.schema between c.from_schema and c.schema
      left join lateral (
        select r.op, r.version, r.domain_id, r.skill_id, r.body from content.revision r
        where s.schema between r.from_schema and r.schema and r.kind = c.kind and r.id = c.id
        order by r.version desc limit 1
      ) l on true
      where not (c.from_schema <= v_from and c.schema >= v_to and (c.newest is null or (c.newest_from <= v_from and c.newest_to >= v_to)))
      window text as (partition by c.kind, c.id, c.schema)
    ) y
    where case
      when y.body is null then y.was_op = 'upsert'
      else y.was_op is distinct from 'upsert'
        or substr(y.before, strpos(y.before, '"id":')) <> substr(y.body, strpos(y.body, '"id":'))
    end
  ) x
  where not x.is_one or x.schema = x.highest;
end
$$;
comment on function private.collect_change(boolean) is
  'Collects the candidate and compares its texts with the last revisions. The temporary table change gets one row per new revision, '
  'valid for the schemas from from_schema to schema.';

create function private.count_change(out upserts bigint, out deletes bigint)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema constant smallint := private.content_schema();
begin
  select count(*) filter (where c.op = 'upsert'), count(*) filter (where c.op = 'delete') into upserts, deletes
  from pg_temp.change c where v_schema between c.from_schema and c.schema;
  -- Rows that change only in an older schema, for example when a retired schema returns. Its devices need this release too.
  -- Usually there are none, so 50,000 rows are not sorted for them.
  if exists (select from pg_temp.change c where v_schema not between c.from_schema and c.schema) then
    select upserts + count(*) filter (where o.op = 'upsert'), deletes + count(*) filter (where o.op = 'delete') into upserts, deletes
    from (select distinct on (c.kind, c.id) c.op, c.from_schema, c.schema from pg_temp.change c order by c.kind, c.id, c.schema desc) o
    where v_schema not between o.from_schema and o.schema;
  end if;
end
$$;
comment on function private.count_change() is
  'How many rows a release would write and withdraw, in the current schema or only in an older one. Zero: nothing to publish.';

create function private.change_hash()
returns bytea
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema constant smallint := private.content_schema();
begin
  -- Over the hashes of the bytes for devices, which contain the row's id and version. So a preview's hash identifies exactly these bytes.
  -- A change of an older schema alone is hashed with that schema's number.
  return (
    select sha256(convert_to(coalesce((select max(r.version) from content.release r), 0) || E'\n', 'UTF8') || coalesce(string_agg(
      coalesce(c.sha256, sha256(convert_to('delete:' || c.kind || ':' || c.id, 'UTF8')))
        || case when v_schema between c.from_schema and c.schema then ''::bytea else convert_to(':' || c.schema, 'UTF8') end,
      '' order by c.id, c.kind, c.schema desc), ''))
    from pg_temp.change c);
end
$$;
comment on function private.change_hash() is 'The hash of a preview: SHA-256 over the version that it starts from and every change.';

-- Source: schemas/30_publish/release_warning.sql
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

-- Source: schemas/30_publish/skill_lines.sql
-- What:  the lines of the questions of each skill that a release changes, from which the skill's hash is computed.
-- Why:   the cost follows the change: the lines of the other questions are kept from release to release.
create table content.tree_text (
  skill_id    uuid not null,
  schema      smallint not null,
  from_schema smallint not null,
  lines       text not null,
  constraint tree_text_pkey primary key (skill_id),
  constraint tree_text_schemas_ascend check (from_schema <= schema)
);
-- Hashes do not compress.
alter table content.tree_text alter lines set storage external;
comment on table content.tree_text is
  'Derived from the newest release: the lines of a skill''s questions, if they are equal in the schemas from from_schema to schema. '
  'A release of 100 changes replaces 100 lines instead of reading the 9,000 rows beside them.';
alter table content.tree_text enable row level security;
create policy tree_text_all_nobody on content.tree_text for all to anon, authenticated using (false);

create function private.replace_lines(p_lines text, p_before text[], p_after text[])
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lines text;
begin
  for v_place in 1..coalesce(cardinality(p_before), 0) loop
    v_lines := replace(p_lines, p_before[v_place], p_after[v_place]);
    if v_lines = p_lines then
      return null;
    end if;
    p_lines := v_lines;
  end loop;
  return p_lines;
end
$$;
comment on function private.replace_lines(text, text[], text[]) is
  'Replaces lines of a node''s text. Null if the text lacks one of them: then it is not of the newest release, and is built anew.';

create function private.collect_skill_lines(p_version integer)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Each row is read once, so memoizing only costs time: 0.5 s for 9,000 rows.
set enable_memoize = off
as $$
declare
  v_from smallint;
  v_to smallint;
begin
  select min(s.schema), max(s.schema) into v_from, v_to from content.schema s where s.state <> 'retired';
  perform private.drop_temporary('skill_line');
  -- A line is "id:hash\n", of 102 bytes. concat() takes half the time of four operators, and a full release builds all lines.
  create temp table skill_line (skill_id uuid not null, schema smallint not null, from_schema smallint not null, rows bigint, lines text storage external)
    on commit drop;
  -- 1 Skills in which only a few texts changed: the new lines replace the old ones.
  if exists (select from pg_temp.change c where c.was_skill_id is not null) then
    insert into pg_temp.skill_line
    select e.skill_id, v_to, v_from, octet_length(n.lines) / 102, n.lines
    from (
      select k.skill_id, array_agg(k.before) filter (where k.before is not null) as before, array_agg(k.after) filter (where k.before is not null) as after
      from (
        select c.id as skill_id, null as before, null as after, true as is_edit from pg_temp.change c where c.kind = 'skill' and c.op = 'upsert'
        union all
        select c.skill_id, concat(c.id, ':', encode(b.sha256, 'hex'), E'\n'), concat(c.id, ':', encode(c.sha256, 'hex'), E'\n'),
          c.op = 'upsert' and b.sha256 is not null and c.was_skill_id = c.skill_id and c.from_schema <= v_from and c.schema >= v_to
        from pg_temp.change c
        join content.tree_text t on t.skill_id = c.skill_id
        left join content.revision b on b.version = c.before_version and b.kind = c.kind and b.id = c.id and v_to between b.from_schema and b.schema
        where c.kind = 'question'
        union all
        select c.was_skill_id, null, null, false from pg_temp.change c where c.was_skill_id <> c.skill_id
      ) k
      group by k.skill_id
      -- Beyond that, reading the rows anew is faster: each edit copies the text.
      having bool_and(k.is_edit) and count(*) <= 100
    ) e
    join content.tree_text t on t.skill_id = e.skill_id and t.from_schema <= v_from and t.schema >= v_to and t.lines <> ''
    cross join lateral (select private.replace_lines(t.lines, e.before, e.after) as lines offset 0) n
    where n.lines is not null;
  end if;

  -- 2 All other skills: their questions with the schemas that have them. Changed questions come from the changes. Unchanged questions are
  -- the rows without a newer row. If a newer row exists for only some schemas, each schema is checked.
  with served as materialized (select s.schema from content.schema s where s.state <> 'retired'),
  touched as materialized (
    select t.id
    from (
      select c.id from pg_temp.change c where c.kind = 'skill'
      union select c.skill_id from pg_temp.change c where c.skill_id is not null
      union select c.was_skill_id from pg_temp.change c where c.was_skill_id is not null
    ) t
    where not exists (select from pg_temp.skill_line l where l.skill_id = t.id)
  ),
  child as materialized (
    select c.skill_id, c.id, concat(c.id, ':', encode(c.sha256, 'hex'), E'\n') as line, c.from_schema, c.schema
    from pg_temp.change c
    join touched t on t.id = c.skill_id
    where c.kind = 'question' and c.op = 'upsert'
    union all
    select t.id, q.id, concat(q.id, ':', encode(q.sha256, 'hex'), E'\n'), a.from_schema, a.schema
    from touched t
    -- Skill by skill through the index, whatever the planner estimates.
    cross join lateral (
      select r.id, r.version, r.from_schema, r.schema, r.sha256 from content.revision r
      where r.kind = 'question' and r.skill_id = t.id and r.version < p_version and r.op = 'upsert' offset 0
    ) q
    -- Most rows have no newer row, which the index alone shows. The newest version would need the table's row too.
    left join lateral (
      select n.version from content.revision n where n.kind = 'question' and n.id = q.id and n.version > q.version limit 1
    ) newer on true
    cross join lateral (
      select q.from_schema, q.schema where newer.version is null
      union all
      select s.schema, s.schema from served s
      where newer.version is not null and s.schema between q.from_schema and q.schema
        and not exists (
          select from content.revision n
          where n.kind = 'question' and n.id = q.id and n.version > q.version and s.schema between n.from_schema and n.schema)
    ) a
  ),
  alike as materialized (
    select t.id as skill_id, coalesce(n.rows, 0) as rows, coalesce(n.lines, '') as lines, coalesce(n.in_all, true) as in_all
    from touched t
    left join (
      select c.skill_id, count(*) as rows, string_agg(c.line, '' order by c.id) as lines,
        bool_and(c.from_schema <= v_from and c.schema >= v_to) as in_all
      from child c group by c.skill_id
    ) n on n.skill_id = t.id
  )
  insert into pg_temp.skill_line
  select a.skill_id, v_to, v_from, a.rows, a.lines from alike a where a.in_all
  union all
  select a.skill_id, s.schema, s.schema, count(c.id), coalesce(string_agg(c.line, '' order by c.id), '')
  from alike a
  cross join served s
  left join child c on c.skill_id = a.skill_id and s.schema between c.from_schema and c.schema
  where not a.in_all
  group by a.skill_id, s.schema;

  -- 3 Keep the lines for the next release, if all schemas share them.
  delete from content.tree_text t
  where exists (select from pg_temp.skill_line l where l.skill_id = t.skill_id and (l.from_schema <> v_from or l.schema <> v_to));
  insert into content.tree_text (skill_id, from_schema, schema, lines)
  select l.skill_id, l.from_schema, l.schema, l.lines from pg_temp.skill_line l where l.from_schema = v_from and l.schema = v_to
  on conflict (skill_id) do update set from_schema = excluded.from_schema, schema = excluded.schema, lines = excluded.lines;
end
$$;
comment on function private.collect_skill_lines(integer) is
  'Fills the temporary table skill_line: the lines of the questions of each skill that the rows of the temporary table change are in, or were in. A row is '
  'valid for the schemas from from_schema to schema.';

-- Source: schemas/30_publish/write_tree.sql
-- What:  writes the changed nodes of the hash tree for a release, in every content schema.
-- Why:   a device verifies its cache with the tree, row by row and domain by domain (C6). The cost follows the change.

create function private.write_tree(p_version integer)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Each row is read once, so memoizing only costs time.
set enable_memoize = off
as $$
begin
  -- A node's text is the line of its own row, then the lines of its children, sorted by id. A line is "id:hash\n".
  -- 1 Skills with a changed row or changed questions. A moved question changes its old and its new skill.
  perform private.collect_skill_lines(p_version);
  insert into content.tree_node (schema, kind, id, version, hash, rows)
  select s.schema, 'skill', node.id, p_version, coalesce(node.hash, sha256('')), case when node.hash is null then 0 else node.rows end
  from (
    -- Schemas usually have the same row of the skill and the same lines, which are hashed once.
    select l.skill_id as id, 1 + l.rows as rows, own.schemas,
      case when own.op = 'upsert' then
        sha256(convert_to(l.skill_id || ':' || encode(own.sha256, 'hex') || E'\n' || l.lines, 'UTF8'))
      end as hash
    from pg_temp.skill_line l
    cross join lateral (
      select r.op, r.sha256, array_agg(s.schema) as schemas
      from content.schema s
      cross join lateral (
        select r.op, r.sha256 from content.revision r
        where s.schema between r.from_schema and r.schema and r.kind = 'skill' and r.id = l.skill_id
        order by r.version desc limit 1
      ) r
      where s.state <> 'retired' and s.schema between l.from_schema and l.schema
      group by r.op, r.sha256
    ) own
    offset 0
  ) node
  cross join lateral unnest(node.schemas) s (schema)
  left join lateral (
    select n.hash, n.rows from content.tree_node n
    where n.schema = s.schema and n.kind = 'skill' and n.id = node.id order by n.version desc limit 1
  ) was on true
  where coalesce(node.hash, sha256('')) is distinct from was.hash and (node.hash is not null or was.rows > 0);

  -- 2 Their domains.
  insert into content.tree_node (schema, kind, id, version, hash, rows)
  select v.schema, 'domain', t.id, p_version, coalesce(node.hash, sha256('')), coalesce(node.rows, 0)
  from (
    select c.domain_id from pg_temp.change c
    union select c.was_domain_id from pg_temp.change c where c.was_domain_id is not null
  ) t (id)
  join content.schema v on v.state <> 'retired'
  cross join lateral (
    select r.op, r.sha256 from content.revision r
    where v.schema between r.from_schema and r.schema and r.kind = 'domain' and r.id = t.id
    order by r.version desc limit 1
  ) own
  left join lateral (
    select 1 + coalesce(sum(k.rows), 0) as rows, sha256(convert_to(t.id || ':' || encode(own.sha256, 'hex') || E'\n'
      || coalesce(string_agg(k.id || ':' || encode(k.hash, 'hex') || E'\n', '' order by k.id), ''), 'UTF8')) as hash
    from (
      select s.id, n.hash, n.rows
      from content.revision s
      cross join lateral (
        select r.version from content.revision r
        where v.schema between r.from_schema and r.schema and r.kind = 'skill' and r.id = s.id order by r.version desc limit 1
      ) newest
      cross join lateral (
        select x.hash, x.rows from content.tree_node x
        where x.schema = v.schema and x.kind = 'skill' and x.id = s.id order by x.version desc limit 1
      ) n
      where v.schema between s.from_schema and s.schema and s.kind = 'skill' and s.domain_id = t.id and s.op = 'upsert'
        and s.version = newest.version
    ) k
  ) node on own.op = 'upsert'
  left join lateral (
    select n.hash, n.rows from content.tree_node n
    where n.schema = v.schema and n.kind = 'domain' and n.id = t.id order by n.version desc limit 1
  ) was on true
  where coalesce(node.hash, sha256('')) is distinct from was.hash and (node.hash is not null or was.rows > 0);

  -- 3 The roots, over all domains.
  insert into content.tree_node (schema, kind, id, version, hash, rows)
  select v.schema, 'release', '00000000-0000-0000-0000-000000000000', p_version, root.hash, root.rows
  from content.schema v
  cross join lateral (
    select coalesce(sum(d.rows), 0) as rows,
      sha256(convert_to(coalesce(string_agg(d.id || ':' || encode(d.hash, 'hex') || E'\n', '' order by d.id), ''), 'UTF8')) as hash
    from (
      select distinct on (n.id) n.id, n.hash, n.rows from content.tree_node n
      where n.schema = v.schema and n.kind = 'domain' order by n.id, n.version desc
    ) d
    where d.rows > 0
  ) root
  where v.state <> 'retired' and root.hash is distinct from (
    select n.hash from content.tree_node n where n.schema = v.schema and n.kind = 'release' order by n.version desc limit 1);
end
$$;
comment on function private.write_tree(integer) is 'Writes the nodes of the hash tree for the rows of the temporary table change.';

-- Source: schemas/30_publish/release_size.sql
-- What:  the size of a snapshot and of a delta in bytes, per release and domain.
-- Why:   the server sends the smaller one, and must not build both to compare them.
create table content.release_size (
  schema       smallint not null,
  domain_id    uuid not null,
  version      integer not null,
  rows         integer not null,
  bytes        bigint not null,
  change_bytes bigint not null,
  constraint release_size_pkey primary key (schema, domain_id, version),
  constraint release_size_not_negative check (rows >= 0 and bytes >= 0 and change_bytes >= 0)
);
comment on table content.release_size is
  'Sizes per domain (nil id: all domains) and release that changed it. Derived from content.revision; line ends are counted.';
comment on column content.release_size.bytes is 'All rows: the size of a snapshot.';
comment on column content.release_size.change_bytes is
  'All changes up to this release. The difference between two versions is an upper bound of their delta, which sends each row once.';
alter table content.release_size enable row level security;
create policy release_size_all_nobody on content.release_size for all to anon, authenticated using (false);

create function private.write_release_size(p_version integer)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_nil constant uuid := '00000000-0000-0000-0000-000000000000';
  -- {"kind":"tombstone","of":"question","id":"…","version":12345}
  v_tombstone constant integer := 100;
begin
  -- Computed from the changes: a trigger that read each new row and its predecessor took 0.45 s for 100,000 rows.
  insert into content.release_size (schema, domain_id, version, rows, bytes, change_bytes)
  select s.schema, s.domain_id, p_version,
    coalesce(z.rows, 0) + s.rows, coalesce(z.bytes, 0) + s.bytes, coalesce(z.change_bytes, 0) + s.change_bytes
  from (
    select v.schema, coalesce(p.domain_id, v_nil) as domain_id,
      sum(p.rows) as rows, sum(p.bytes) as bytes, sum(p.change_bytes) as change_bytes
    from (
      select c.schema, c.from_schema, c.domain_id, count(c.bytes) as rows,
        sum(coalesce(c.bytes, 0)) as bytes, sum(coalesce(c.bytes, v_tombstone)) as change_bytes
      from pg_temp.change c group by 1, 2, 3
      union all
      select c.schema, c.from_schema, c.was_domain_id, -count(*), -sum(c.before_bytes),
        sum(case when c.op = 'upsert' and c.was_domain_id <> c.domain_id then v_tombstone else 0 end)
      from pg_temp.change c where c.before_version is not null group by 1, 2, 3
    ) p
    join content.schema v on v.state <> 'retired' and v.schema between p.from_schema and p.schema
    group by grouping sets ((v.schema, p.domain_id), (v.schema))
  ) s
  left join lateral (
    select * from content.release_size x
    where x.schema = s.schema and x.domain_id = s.domain_id
    order by x.version desc
    limit 1
  ) z on true;
end
$$;
comment on function private.write_release_size(integer) is 'Updates the sizes of the domains that have rows in the temporary table change.';

-- Source: schemas/30_publish/publish_release.sql
-- What:  publish_release(): drafts become one new version, all or nothing.
-- Why:   versions without gaps, in commit order, need one publisher at a time and one snapshot of the drafts (I1, I2).

create function private.lift_lock_timeout()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- On the hosted platform, authenticator waits 8 s for a lock, including an advisory one. PostgREST applies a function's
  -- statement_timeout to its transaction, but not its lock_timeout. So it is lifted here; the statement timeout is the limit.
  -- In SQL consoles and the command line a lock_timeout is intended and stays.
  if session_user = 'authenticator' then
    perform set_config('lock_timeout', '0', true);
  end if;
end
$$;
comment on function private.lift_lock_timeout() is
  'Lets a call over REST wait for locks until its statement timeout, so that publishers queue.';

create function private.published_head(p_published boolean)
returns json
language sql
volatile -- since the warnings fill a temporary table
set search_path = pg_catalog, pg_temp
as $$
  select (left(private.content_head(private.content_schema())::text, -1) || ',"published":' || p_published
    || ',"warnings":' || case when p_published then private.change_warnings() else '[]' end || '}')::json
$$;
comment on function private.published_head(boolean) is
  'The head as a publish returns it. `published`: whether this call wrote a release. `warnings`: about the questions of this release.';

create function private.publish_drafts(p_note text, p_expected_hash text, p_force boolean, p_by uuid, p_rollback_to integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Sorts and joins of a full release fit in memory. Publishers queue, so only one uses it at a time.
set work_mem = '64MB'
-- Estimates for temporary tables are far too high. JIT compilation would take longer than the release.
set jit = off
as $$
declare
  v_schema constant smallint := private.content_schema();
  v_hash bytea;
  v_last content.release;
  v_version integer;
  v_upserts integer;
  v_deletes integer;
  v_problems text;
  v_release json;
begin
  perform private.refuse_during_upgrade();
  -- A snapshot older than the lock would publish outdated drafts as new.
  if current_setting('transaction_isolation') <> 'read committed' then
    perform private.raise_error('wrong_isolation', 'Publishing needs a READ COMMITTED transaction.');
  end if;

  -- 1 One publisher at a time. The next one waits here and then sees this release.
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));
  select * into v_last from content.release r order by r.version desc limit 1;

  -- 2 One snapshot of the drafts, compared with the published rows.
  perform private.collect_change(true);
  v_hash := private.change_hash();
  select n.upserts, n.deletes into v_upserts, v_deletes from private.count_change() n;
  -- A retry of the same preview, after a lost answer, returns that release.
  if encode(v_last.change_hash, 'hex') = p_expected_hash and v_upserts + v_deletes = 0 then
    return private.published_head(false);
  end if;
  if p_expected_hash <> encode(v_hash, 'hex') then
    perform private.raise_error('drafts_moved', p_info => encode(v_hash, 'hex'));
  end if;

  -- 3 Validate.
  select string_agg(format('%s %s %s', p.problem, p.kind, p.id), '; ') into v_problems
  from (select * from private.candidate_problem() limit 20) p;
  if v_problems is not null then
    perform private.raise_error('release_invalid', p_info => v_problems);
  end if;
  if v_upserts + v_deletes = 0 then
    return private.published_head(false);
  end if;
  if private.needs_force(v_deletes) and p_force is not true then
    perform private.raise_error('release_needs_force', format(
      'This release would withdraw %s of %s rows. Publish it with force if this is intended.',
      v_deletes, v_last.domains + v_last.skills + v_last.questions));
  end if;

  -- 4 Append. The release comes last, because its triggers need all of its rows.
  v_version := coalesce(v_last.version, 0) + 1;
  insert into content.revision (schema, from_schema, version, kind, id, op, domain_id, skill_id, body, sha256)
  select c.schema, c.from_schema, v_version, c.kind, c.id, c.op, c.domain_id, c.skill_id,
    t.body, c.sha256
  from pg_temp.change c join pg_temp.candidate t on t.kind = c.kind and t.id = c.id and c.schema between t.from_schema and t.schema
  -- The order of the indexes.
  order by c.id;

  insert into content.answer_key (question_id, version, skill_id, type, answer)
  select c.id, v_version, c.skill_id, c.type, c.answer
  from pg_temp.change c
  where c.kind = 'question' and v_schema between c.from_schema and c.schema
  order by c.id;

  perform private.write_tree(v_version);
  perform private.write_release_size(v_version);

  insert into content.release (
    version, published_by, note, upserts, deletes, change_hash, rollback_to, domains, skills, questions)
  select v_version, p_by, p_note, v_upserts, v_deletes, v_hash, p_rollback_to,
    coalesce(v_last.domains, 0) + coalesce(sum(n.more) filter (where n.kind = 'domain'), 0),
    coalesce(v_last.skills, 0) + coalesce(sum(n.more) filter (where n.kind = 'skill'), 0),
    coalesce(v_last.questions, 0) + coalesce(sum(n.more) filter (where n.kind = 'question'), 0)
  from (
    select c.kind, (case when c.op = 'delete' then -1 when c.before_version is null then 1 else 0 end) as more
    from pg_temp.change c where v_schema between c.from_schema and c.schema
  ) n;

  v_release := private.published_head(true);
  perform private.audit(case when p_rollback_to is null then 'publish_release' else 'rollback_release' end,
    'content.release', v_version::text, null, v_release::jsonb - 'published' - 'warnings');
  return v_release;
end
$$;
comment on function private.publish_drafts(text, text, boolean, uuid, integer) is
  'Publishes the marked drafts as the next version, for every schema that is not retired. Its callers check the role.';

create function private.publish_release(p_note text, p_expected_hash text, p_force boolean)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'admin');
  perform private.lift_lock_timeout();
  return private.publish_drafts(p_note, p_expected_hash, p_force, private.caller_id(), null);
end
$$;
comment on function private.publish_release(text, text, boolean) is 'The core of publish_release().';

create function public.publish_release(note text default null, expected_hash text default null, force boolean default false)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- The role authenticated has 8 s. PostgREST applies this setting to the call. Large curricula and queueing need up to 60 s.
set statement_timeout = '60s'
as $$
begin
  return private.publish_release(note, expected_hash, force);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.publish_release(text, text, boolean) is
  'Publishes all drafts as the next version and returns its head with `published` true and `warnings`. If nothing changed, or this preview is already published, '
  'it returns the current head with `published` false. '
  'Instructors and admins. Errors: forbidden, drafts_moved (expected_hash is a preview''s), release_invalid, release_needs_force.';

grant execute on function private.publish_release(text, text, boolean), public.publish_release(text, text, boolean)
  to authenticated, service_role;

-- Source: schemas/30_publish/preview_release.sql
-- What:  preview_release(): the changes that a publish would make now, field by field, and the hash of the preview.
-- Why:   authors see what every device will receive or lose before they publish (C5).

create function private.preview_release(p_limit integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit constant integer := least(greatest(coalesce(p_limit, 100), 0), 1000);
begin
  perform private.require_role('instructor', 'admin');
  perform private.collect_change(false);
  return (
    with change as materialized (
      select h.kind, h.id, h.op, h.schema, b.body::jsonb - 'kind' - 'version' as before,
        t.body::jsonb - 'kind' - 'version' as after
      -- A row that changes in several schemas is shown in the form of the newest one.
      from (select distinct on (c.kind, c.id) c.* from pg_temp.change c order by c.kind, c.id, c.schema desc) h
      join pg_temp.candidate t on t.kind = h.kind and t.id = h.id and h.schema between t.from_schema and t.schema
      left join content.revision b on b.kind = h.kind and b.id = h.id and b.version = h.before_version
        and h.schema between b.from_schema and b.schema
    )
    select json_build_object(
      'hash', encode(private.change_hash(), 'hex'),
      'base_version', coalesce((select max(r.version) from content.release r), 0),
      'upserts', n.upserts,
      'deletes', n.deletes,
      'delete_share', round(private.delete_share(n.deletes), 4),
      'needs_force', private.needs_force(n.deletes),
      'warnings', private.change_warnings(),
      'problems', (select coalesce(json_agg(p), '[]') from (select * from private.candidate_problem() limit v_limit) p),
      'changes', (
        select coalesce(json_agg(json_build_object(
          'op', case when x.op = 'delete' then 'delete' when x.before is null then 'insert' else 'update' end,
          'kind', x.kind, 'id', x.id, 'schema', x.schema, 'key', coalesce(x.after, x.before) ->> 'key', 'type', coalesce(x.after, x.before) ->> 'type',
          'fields', (
            select json_object_agg(f.name, json_build_object('before', x.before -> f.name, 'after', x.after -> f.name) order by f.name)
            from (select jsonb_object_keys(x.before || x.after)) f (name)
            where x.before -> f.name is distinct from x.after -> f.name))
          order by x.kind, coalesce(x.after, x.before) ->> 'key'), '[]')
        from (
          -- At most a page's bytes, but at least one change.
          select c.*, row_number() over w as number, sum(octet_length(concat(c.before, c.after))) over w as bytes
          from (select * from change c order by c.kind, coalesce(c.after, c.before) ->> 'key', c.id limit v_limit) c
          window w as (order by c.kind, coalesce(c.after, c.before) ->> 'key', c.id)
        ) x
        where x.number = 1 or x.bytes <= private.max_page_bytes()))
    from private.count_change() n);
end
$$;
comment on function private.preview_release(integer) is 'The core of preview_release().';

create function public.preview_release(change_limit integer default 100)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- As in publish_release().
set statement_timeout = '60s'
as $$
begin
  return private.preview_release(change_limit);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.preview_release(integer) is
  'The effect of publish_release() now: counts, problems, warnings with examples, changes field by field (at most change_limit), and the hash for '
  'expected_hash. '
  'Instructors and admins.';

grant execute on function private.preview_release(integer), public.preview_release(integer) to authenticated, service_role;

-- Source: schemas/30_publish/rollback_release.sql
-- What:  rollback_release(): publishes the content of an old version as a new one. The drafts go back too; their content is shelved.
-- Why:   if the drafts stayed, the next publish would undo the roll-back. No edit may be lost.
create table content.shelf (
  id           bigint generated always as identity,
  shelved_at   timestamptz not null default clock_timestamp(),
  shelved_by   uuid,
  head_version integer not null,
  rollback_to  integer,
  kind         text not null,
  draft_id     uuid not null,
  draft        jsonb not null,
  restored_at  timestamptz,
  constraint shelf_pkey primary key (id),
  constraint shelf_kind_known check (kind in ('domain', 'skill', 'question')),
  constraint shelf_draft_is_the_row check (draft ->> 'id' is not distinct from draft_id::text)
);
create index shelf_draft_id_idx on content.shelf (draft_id, id);
comment on table content.shelf is 'Drafts as they were before a roll-back replaced them; ops.restore_shelved() brings them back.';
comment on column content.shelf.head_version is 'The newest release at that time.';
alter table content.shelf enable row level security;
create policy shelf_all_nobody on content.shelf for all to anon, authenticated using (false);

create function private.write_wanted(p_head integer, p_rollback_to integer)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text;
  v_columns text;
begin
  -- 1 Shelve the drafts that will be replaced.
  foreach v_kind in array array['domain', 'skill', 'question'] loop
    execute format(
      'insert into content.shelf (shelved_by, head_version, rollback_to, kind, draft_id, draft)
       select private.caller_id(), $1, $2, %1$L, t.id, to_jsonb(t)
       from content.%1$I t left join pg_temp.wanted_%1$s w on w.id = t.id
       where (w.id is not null and (t.*) is distinct from (w.*)) or (w.id is null and $2 is not null and t.status = ''active'')
       order by t.id', v_kind) using p_head, p_rollback_to;
    -- 2 Keys are unique at every moment and may have moved to another row since. A draft that holds a wanted key gets a random key.
    -- Its id would not do, because an earlier roll-back may have used the id as a key.
    execute format(
      'update content.%1$I t set key = gen_random_uuid()::text
       where exists (select from pg_temp.wanted_%1$s w where w.key = t.key and w.id <> t.id)', v_kind);
    -- 3 Drafts that the old version lacks are not part of the next version.
    execute format(
      'update content.%1$I t
       set status = case when exists (select from content.revision r where $2 between r.from_schema and r.schema and r.kind = %1$L and r.id = t.id)
         then ''withdrawn'' else ''draft'' end
       where $1 is not null and t.status = ''active'' and not exists (select from pg_temp.wanted_%1$s w where w.id = t.id)', v_kind)
      using p_rollback_to, private.content_schema();
  end loop;
  -- 4 Write, parents first.
  foreach v_kind in array array['domain', 'skill', 'question'] loop
    select string_agg(format('%1$I = w.%1$I', a.attname), ', ') into v_columns
    from pg_attribute a
    where a.attrelid = format('content.%I', v_kind)::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> 'id';
    execute format(
      'merge into content.%1$I t using pg_temp.wanted_%1$s w on t.id = w.id
       when matched and (t.*) is distinct from (w.*) then update set %2$s
       when not matched then insert values (w.*)', v_kind, v_columns);
  end loop;
end
$$;
comment on function private.write_wanted(integer, integer) is
  'Replaces the drafts by the temporary tables wanted_domain, wanted_skill and wanted_question, and shelves the previous ones. '
  'A roll-back also ends active drafts that are not wanted.';

create function private.rollback_release(p_to integer, p_note text, p_force boolean)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head integer;
  v_kind text;
begin
  perform private.require_role('instructor', 'admin');
  perform private.lift_lock_timeout();
  -- Locks writers first, then publishers: the order of a transaction that edits and then publishes.
  lock table content.domain, content.skill, content.question in share row exclusive mode;
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));
  v_head := coalesce((select max(r.version) from content.release r), 0);
  -- Below the horizon, compaction has deleted rows. Compaction takes this lock too.
  if p_to is null or p_to not between greatest(1, private.content_horizon()) and v_head then
    perform private.raise_error('release_unknown', 'This release does not exist, or is no longer kept.', p_to::text);
  end if;

  -- 1 The drafts of that version, from the published texts.
  foreach v_kind in array array['domain', 'skill', 'question'] loop
    perform private.drop_temporary('wanted_' || v_kind);
    execute format(
      'create temp table wanted_%1$s on commit drop as
       select w.*
       from (
         select distinct on (r.id) r.op, r.body from content.revision r
         where %2$s between r.from_schema and r.schema and r.kind = %1$L and r.version <= %3$s
         order by r.id, r.version desc
       ) r
       cross join lateral jsonb_populate_record(null::content.%1$I,
         ''{"choices": [], "tags": [], "media": [], "status": "active"}'' || r.body::jsonb) w
       where r.op = ''upsert''', v_kind, private.content_schema(), p_to);
    execute format('analyze pg_temp.wanted_%s', v_kind);
  end loop;
  -- A key of before the second rule names none. Published again, it must not get the newest one.
  update pg_temp.wanted_question w set answer = w.answer || '{"normalisation": 1}'
  where w.type = 'short_text' and not w.answer ? 'normalisation';

  -- 2 Write them back, and publish.
  perform private.write_wanted(v_head, p_to);
  return private.publish_drafts(coalesce(p_note, format('Back to version %s', p_to)), null, p_force, private.caller_id(), p_to);
end
$$;
comment on function private.rollback_release(integer, text, boolean) is 'The core of rollback_release().';

create function public.rollback_release(to_version integer, note text default null, force boolean default false)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- As in publish_release().
set statement_timeout = '60s'
as $$
begin
  return private.rollback_release(to_version, note, force);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.rollback_release(integer, text, boolean) is
  'Publishes the content of an old version as a new one and returns its head. The drafts become that content; content.shelf keeps the previous drafts. '
  'With the newest version it only discards drafts and `published` is false. Instructors and admins. Errors: forbidden, release_unknown, release_needs_force.';

create function private.restore_shelved(p_ids bigint[])
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text;
  v_count integer;
begin
  perform private.require_role('instructor', 'admin');
  lock table content.domain, content.skill, content.question in share row exclusive mode;
  foreach v_kind in array array['domain', 'skill', 'question'] loop
    perform private.drop_temporary('wanted_' || v_kind);
    execute format(
      'create temp table wanted_%1$s on commit drop as
       select w.* from content.shelf s cross join lateral jsonb_populate_record(null::content.%1$I, s.draft) w
       where s.kind = %1$L and s.id = any (%2$L)', v_kind, p_ids);
  end loop;
  perform private.write_wanted(coalesce((select max(r.version) from content.release r), 0), null);
  update content.shelf s set restored_at = clock_timestamp() where s.id = any (p_ids);
  get diagnostics v_count = row_count;
  perform private.audit('restore_shelved', 'content.shelf', null, null, to_jsonb(p_ids));
  return v_count;
end
$$;
comment on function private.restore_shelved(bigint[]) is 'The core of ops.restore_shelved().';

create function ops.restore_shelved(p_ids bigint[])
returns integer
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$ select private.restore_shelved(p_ids) $$;
comment on function ops.restore_shelved(bigint[]) is
  'Restores shelved drafts and shelves the drafts that they replace. Returns their number. For SQL consoles; at most one entry per draft.';

grant execute on function private.rollback_release(integer, text, boolean) to authenticated, service_role;
grant execute on function public.rollback_release(integer, text, boolean) to authenticated, service_role;

-- Source: schemas/30_publish/schedule_release.sql
-- What:  schedule_release(), cancel_schedule() and list_schedules(): releases that are published at a set time.
-- Why:   a release at six in the morning needs no person. It publishes exactly the preview, or nothing.
create table content.schedule (
  id            bigint generated always as identity,
  due_at        timestamptz not null,
  expected_hash text not null,
  note          text,
  force         boolean not null,
  created_at    timestamptz not null default clock_timestamp(),
  created_by    uuid,
  state         text not null default 'pending',
  attempts      integer not null default 0,
  finished_at   timestamptz,
  version       integer,
  error         text,
  detail        text,
  constraint schedule_pkey primary key (id),
  constraint schedule_hash_is_sha256 check (expected_hash ~ '^[0-9a-f]{64}$'),
  constraint schedule_state_known check (state in ('pending', 'published', 'failed', 'cancelled')),
  constraint schedule_finished_unless_pending check ((state = 'pending') = (finished_at is null)),
  constraint schedule_version_iff_published check ((state = 'published') = (version is not null)),
  constraint schedule_failed_has_error check (state <> 'failed' or error is not null)
);
create index schedule_due_at_idx on content.schedule (due_at) where state = 'pending';
comment on table content.schedule is 'Releases for a set time, kept permanently with their results.';
comment on column content.schedule.error is 'SQLSTATE of the last failed attempt. A pending schedule is retried.';
alter table content.schedule enable row level security;
create policy schedule_all_nobody on content.schedule for all to anon, authenticated using (false);

create function private.schedule_json(s content.schedule)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object('id', s.id, 'due_at', s.due_at, 'state', s.state, 'expected_hash', s.expected_hash, 'note', s.note,
    'force', s.force, 'created_at', s.created_at, 'created_by', s.created_by, 'attempts', s.attempts, 'finished_at', s.finished_at,
    'version', s.version, 'error', s.error, 'detail', s.detail)
$$;
comment on function private.schedule_json(content.schedule) is 'A schedule in the form that the RPCs return.';

create function private.schedule_release(p_at timestamptz, p_expected_hash text, p_note text, p_force boolean)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hash text;
  v_deletes integer;
  v_problems text;
  v_schedule content.schedule;
begin
  perform private.require_role('instructor', 'admin');
  if p_at is null then
    perform private.raise_error('malformed_request', '`at` is required.', 'at');
  elsif p_at < now() and p_force is not true then
    perform private.raise_error('malformed_request', '`at` must not be in the past. Schedule it with force to publish with the next run.', 'at');
  end if;
  -- What cannot be published now is refused now, while the author is present.
  perform private.collect_change(false);
  v_hash := encode(private.change_hash(), 'hex');
  if p_expected_hash is distinct from v_hash then
    perform private.raise_error('drafts_moved', p_info => v_hash);
  end if;
  select string_agg(format('%s %s %s', p.problem, p.kind, p.id), '; ') into v_problems
  from (select * from private.candidate_problem() limit 20) p;
  if v_problems is not null then
    perform private.raise_error('release_invalid', p_info => v_problems);
  end if;
  if not exists (select from pg_temp.change) then
    perform private.raise_error('nothing_to_publish');
  end if;
  v_deletes := (select n.deletes from private.count_change() n);
  if private.needs_force(v_deletes) and p_force is not true then
    perform private.raise_error('release_needs_force', format('This release would withdraw %s rows. Schedule it with force if this is intended.', v_deletes));
  end if;
  insert into content.schedule (due_at, expected_hash, note, force, created_by)
  values (p_at, v_hash, p_note, p_force is true, private.caller_id()) returning * into v_schedule;
  perform private.audit('schedule_release', 'content.schedule', v_schedule.id::text, null, to_jsonb(v_schedule));
  return private.schedule_json(v_schedule);
end
$$;
comment on function private.schedule_release(timestamptz, text, text, boolean) is 'The core of schedule_release().';

create function private.cancel_schedule(p_id bigint)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schedule content.schedule;
begin
  perform private.require_role('instructor', 'admin');
  perform private.lift_lock_timeout();
  update content.schedule s set state = 'cancelled', finished_at = clock_timestamp()
  where s.id = p_id and s.state = 'pending' returning * into v_schedule;
  if not found then
    perform private.raise_error('schedule_unknown', p_info => p_id::text);
  end if;
  perform private.audit('cancel_schedule', 'content.schedule', p_id::text, null, to_jsonb(v_schedule));
  return private.schedule_json(v_schedule);
end
$$;
comment on function private.cancel_schedule(bigint) is 'The core of cancel_schedule().';

create function private.list_schedules(p_limit integer)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'admin');
  return (
    select coalesce(json_agg(private.schedule_json(s) order by s.finished_at desc nulls first, s.due_at, s.id), '[]')
    from (
      select * from content.schedule x order by x.finished_at desc nulls first, x.due_at, x.id
      limit private.list_rows(p_limit)
    ) s);
end
$$;
comment on function private.list_schedules(integer) is 'The core of list_schedules().';

create function public.schedule_release(at timestamptz, expected_hash text, note text default null, force boolean default false)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- As in publish_release().
set statement_timeout = '60s'
as $$
begin
  return private.schedule_release(at, expected_hash, note, force);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.schedule_release(timestamptz, text, text, boolean) is
  'Publishes the drafts of a preview (expected_hash) at a time, unless they change before; returns the schedule. A time in the past needs force. '
  'Instructors and admins. Errors: forbidden, malformed_request, drafts_moved, release_invalid, release_needs_force, nothing_to_publish.';

create function public.cancel_schedule(schedule_id bigint)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- As in publish_release(): the release under way may hold the schedule's row.
set statement_timeout = '60s'
as $$
begin
  return private.cancel_schedule(schedule_id);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.cancel_schedule(bigint) is
  'Cancels a pending schedule and returns it. Instructors and admins. Errors: forbidden, schedule_unknown.';

create function public.list_schedules(page_rows integer default null)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.list_schedules(page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.list_schedules(integer) is
  'Pending schedules by time, then finished ones, newest first, with their results. Instructors and admins.';

grant execute on function private.schedule_release(timestamptz, text, text, boolean), private.cancel_schedule(bigint),
  private.list_schedules(integer) to authenticated, service_role;
grant execute on function public.schedule_release(timestamptz, text, text, boolean), public.cancel_schedule(bigint),
  public.list_schedules(integer) to authenticated, service_role;

-- Source: schemas/30_publish/run_due_schedule.sql
-- What:  ops.run_due_schedule(), which publishes a due schedule, and its job.
-- Why:   schedules need a runner (C5), and a failed schedule must not undo the release of another one.

create function private.finish_schedule(p_id bigint, p_state text, p_version integer, p_error text, p_detail text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schedule content.schedule;
begin
  update content.schedule s
  set state = p_state, version = p_version, error = p_error, detail = p_detail, attempts = s.attempts + 1,
    finished_at = case when p_state <> 'pending' then clock_timestamp() end
  where s.id = p_id returning * into v_schedule;
  perform private.audit('run_schedule', 'content.schedule', p_id::text, null, to_jsonb(v_schedule));
end
$$;
comment on function private.finish_schedule(bigint, text, integer, text, text) is 'Records and audits the result of a due schedule.';

create function ops.run_due_schedule(p_now timestamptz default clock_timestamp())
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_due content.schedule;
  v_version integer;
  v_state text;
  v_error text;
  v_detail text;
begin
  perform private.require_role('admin');
  if private.is_upgrading() then
    return null;
  end if;
  -- 1 One schedule per call, and so per transaction: a timeout or a crash undoes no earlier release, and devices do not wait.
  --   Schedules with fewer attempts come first, so a schedule that never ends in time does not delay the others.
  --   Rows that another run or a cancellation holds are skipped.
  select * into v_due from content.schedule s
  where s.state = 'pending' and s.due_at <= p_now
  order by s.attempts, s.due_at, s.id
  limit 1 for update skip locked;
  if not found then
    return null;
  end if;

  -- 2 Publish, or undo a failed publish.
  begin
    -- This preview may have been published by hand meanwhile.
    select r.version into v_version from content.release r where r.change_hash = decode(v_due.expected_hash, 'hex');
    if not found then
      v_version := private.publish_drafts(v_due.note, v_due.expected_hash, v_due.force, v_due.created_by, null) ->> 'version';
    end if;
    v_state := 'published';
  exception when query_canceled or others then
    -- `others` does not include a cancelled statement. A timeout of the hosted platform (two minutes) or a cancellation must be recorded,
    -- or this schedule would always be tried first.
    get stacked diagnostics v_error = returned_sqlstate, v_detail = message_text;
    v_version := null;
    -- Deadlocks, lock timeouts, full disks and similar errors are temporary: the schedule stays pending for a retry.
    v_state := case when left(v_error, 2) in ('40', '53', '55', '57', '58') then 'pending' else 'failed' end;
  end;

  -- 3 Record the result.
  perform private.finish_schedule(v_due.id, v_state, v_version, v_error, v_detail);
  return v_version;
end
$$;
comment on function ops.run_due_schedule(timestamptz) is
  'Publishes one due schedule and returns its version. Null: none was due, or it failed and its row has the error. By pg_cron.';

-- Twice a minute, because each run publishes one schedule.
select private.schedule_job('schedules', '30 seconds', '1 minute', 'select ops.run_due_schedule()');

-- Source: schemas/30_publish/release_history.sql
-- What:  release_history(): all releases, newest first.
-- Why:   an author who rolls back must see the earlier releases.
create function private.release_history(p_before integer, p_limit integer)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'admin');
  return (
    select coalesce(json_agg(json_build_object(
      'version', r.version, 'published_at', r.published_at, 'published_by', r.published_by, 'note', r.note,
      'domains', r.domains, 'skills', r.skills, 'questions', r.questions, 'upserts', r.upserts, 'deletes', r.deletes,
      'rollback_to', r.rollback_to,
      'schedule_id', (select min(s.id) from content.schedule s where s.version = r.version)) order by r.version desc), '[]')
    from (
      select * from content.release x where p_before is null or x.version < p_before
      order by x.version desc limit private.list_rows(p_limit)
    ) r);
end
$$;
comment on function private.release_history(integer, integer) is 'The core of release_history().';

create function public.release_history(before_version integer default null, page_rows integer default null)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.release_history(before_version, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.release_history(integer, integer) is
  'Releases, newest first: version, time, author, note, counts, and rollback_to for a roll-back. Instructors and admins.';

grant execute on function private.release_history(integer, integer) to authenticated, service_role;
grant execute on function public.release_history(integer, integer) to authenticated, service_role;
