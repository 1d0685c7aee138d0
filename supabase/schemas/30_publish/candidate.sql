-- What:  the candidate: the marked drafts as devices would see them, beside what is published.
-- Why:   preview, publish and schedule must agree to the byte, so all stand on one look at the drafts.

-- JSON is put together by hand: row_to_json with json_strip_nulls took four times as long, and these texts are half of
-- the work of a full release. No spaces, and a field without a value is left out.
create function private.domain_content(d content.domain)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select '{"id":"' || d.id || '","key":' || to_json(d.key) || ',"title":' || to_json(d.title)
    || coalesce(',"description":' || to_json(d.description), '') || ',"position":' || d.position || '}'
$$;
comment on function private.domain_content(content.domain) is 'A domain''s JSON, in any content schema, without its version.';

create function private.skill_content(s content.skill)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select '{"id":"' || s.id || '","domain_id":"' || s.domain_id || '","key":' || to_json(s.key) || ',"title":' || to_json(s.title)
    || coalesce(',"description":' || to_json(s.description), '') || ',"position":' || s.position || '}'
$$;
comment on function private.skill_content(content.skill) is 'A skill''s JSON, in any content schema, without its version.';

create function private.question_content_1(q content.question, p_domain_id uuid)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Down to schema 1: a true_false is a single choice of two, media and the other types do not exist.
  select '{"id":"' || q.id || '","skill_id":"' || q.skill_id || '","domain_id":"' || p_domain_id || '","key":' || to_json(q.key)
    || ',"type":"single_choice","prompt":' || to_json(q.prompt)
    || case q.type
      when 'single_choice' then ',"choices":' || to_json(q.choices) || ',"answer":{"choice":' || (q.answer ->> 'choice') || '}'
      when 'true_false' then ',"choices":["True","False"],"answer":{"choice":' || case when q.answer -> 'value' = 'true' then '0' else '1' end || '}'
    end
    || coalesce(',"explanation":' || to_json(q.explanation), '') || coalesce(',"difficulty":' || q.difficulty, '')
    || case when q.tags = '{}' then '' else ',"tags":' || to_json(q.tags) end
    || ',"position":' || q.position || '}'
$$;
comment on function private.question_content_1(content.question, uuid) is
  'A question''s JSON in content schema 1, without its version; null where it does not exist in that schema.';

create function private.body_front(p_kind text, p_version integer)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select '{"kind":"' || p_kind || '","version":' || p_version || ',' $$;
comment on function private.body_front(text, integer) is
  'How the body of a row of that kind and version begins; the id and the rest do not depend on the version.';

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
as $$
declare
  v_front constant text := private.body_front('question', p_version);
begin
  -- The planner can't know how many are marked. Few: index probes a row, since a hash of all drafts takes 0.1 s. Many: one pass over
  -- the drafts, which for all 50,000 takes a third of the probes' time.
  if (select sum(cardinality(m.ids)) from content.draft_mark m) > 2000 then
    perform set_config('enable_nestloop', 'off', true), set_config('enable_hashjoin', 'on', true);
  end if;
  -- A temporary table, since 50,000 rows do not belong in an array. It is not analyzed: that took longer than writing it,
  -- and what reads it reads all of it, or probes an index for each row.
  if to_regclass('pg_temp.candidate') is not null then
    drop table pg_temp.candidate;
  end if;
  create temp table candidate (
    kind text not null, id uuid not null, key text, domain_id uuid, skill_id uuid, parent_status text,
    body text, body_1 text, is_alike boolean not null, type text, answer jsonb, has_question boolean not null,
    -- The newest revision, if there is one, in whatever schemas.
    newest integer, newest_op text, newest_domain_id uuid, newest_skill_id uuid, newest_from smallint, newest_to smallint,
    newest_body text) on commit drop;
  -- One statement, one snapshot: marks, drafts and what is published. Everything after reads the candidate.
  with taken as (delete from content.draft_mark where p_take_marks),
  marked as materialized (
    select m.kind, u.id from content.draft_mark m cross join lateral unnest(m.ids) u (id)
  ),
  -- A domain's status decides about its skills, a skill's status and domain about its questions.
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
  -- Written at once: to keep 50,000 texts for those who ask for domains alone took longer than to put them together.
  question_row as (
    insert into pg_temp.candidate
    select 'question', t.id, q.key, s.domain_id, q.skill_id, s.status,
      -- Written out here and not as a function of its own: this is the bulk of a full release.
      v_front || '"id":"' || q.id || '","skill_id":"' || q.skill_id || '","domain_id":"' || s.domain_id || '","key":' || to_json(q.key)
        || ',"type":"' || q.type || '","prompt":' || to_json(q.prompt)
        || case when q.choices = '{}' then '' else ',"choices":' || to_json(q.choices) end
        || ',"answer":' || case when q.type = 'single_choice' then '{"choice":' || (q.answer ->> 'choice') || '}'
          else json_strip_nulls(q.answer::json)::text end
        || coalesce(',"explanation":' || to_json(q.explanation), '') || coalesce(',"difficulty":' || q.difficulty, '')
        || case when q.tags = '{}' then '' else ',"tags":' || to_json(q.tags) end
        || case when q.media = '[]' then '' else ',"media":' || json_strip_nulls(q.media::json) end
        || ',"position":' || q.position || '}',
      case when q.type <> 'single_choice' or q.media <> '[]' then v_front || substr(private.question_content_1(q, s.domain_id), 2) end,
      (q.type = 'single_choice' and q.media = '[]') is not false, q.type, q.answer, true, b.*
    from question_touched t
    -- As good as `= 'active'`, of which the planner expects so few that it keeps all drafts in memory.
    left join content.question q on q.id = t.id and q.status <> 'draft' and q.status <> 'withdrawn'
    left join content.skill s on s.id = q.skill_id
    left join lateral (
      select r.version, r.op, r.domain_id as was_in, r.skill_id as was_under, r.from_schema, r.schema, r.body
      from content.revision r
      where r.kind = 'question' and r.id = t.id
      order by r.version desc limit 1
    ) b on true
    returning domain_id, newest_domain_id
  ),
  skill_row as materialized (
    select t.id, s.key, s.domain_id, d.status as parent_status,
      case when s.id is not null then private.body_front('skill', p_version) || substr(private.skill_content(s), 2) end as candidate_body,
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
  -- A domain may have lost its last question without being touched itself. (A tombstone's is looked at in vain.)
  domain_touched as materialized (
    select m.id from marked m where m.kind = 'domain'
    union select domain_id from question_row where domain_id is not null
    union select newest_domain_id from question_row where newest_domain_id is not null
    union select domain_id from skill_row where domain_id is not null
    union select was_in from skill_row where was_in is not null
  )
  insert into pg_temp.candidate
  select 'domain', t.id, d.key, t.id, null::uuid, 'active',
    private.body_front('domain', p_version) || substr(private.domain_content(d), 2), null, true, null, null::jsonb,
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
  select 'skill', s.id, s.key, s.domain_id, null, s.parent_status, s.candidate_body, null, true, null, null, true,
    s.version, s.op, s.was_in, null, s.from_schema, s.schema, s.body
  from skill_row s;
end
$$;
comment on function private.collect_candidate(boolean, integer) is
  'Copies the marked drafts, and those whose content or validity hangs on them, beside what was published of them last, into the temporary '
  'table candidate; with p_take_marks the marks are done with. The bodies are those of p_version, null where there is no active draft; is_alike: body is that of all schemas, else body_1 is schema 1''s.';
