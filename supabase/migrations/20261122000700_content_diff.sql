-- What:  the candidate (the marked drafts as devices would see them, beside what is published), its problems and changes.
-- Why:   preview, publish and schedule must agree to the byte, so all stand on one look at the drafts.
-- Locks: none; new objects only.
-- Undo:  drop function private.release_change, private.candidate_problem, private.collect_candidate, private.latest_revision,
--        private.question_content_1, private.skill_content, private.domain_content, private.content_schema.

create function private.content_schema()
returns smallint
language sql
immutable
set search_path = ''
as $$ select 2::smallint $$;
comment on function private.content_schema() is 'The current content schema: that of drafts, previews and answer keys.';

-- JSON is put together by hand: row_to_json with json_strip_nulls took four times as long, and these texts are half of
-- the work of a full release. No spaces, and a field without a value is left out.
create function private.domain_content(d content.domain)
returns text
language sql
stable
set search_path = ''
as $$
  select '{"id":"' || d.id || '","key":' || to_json(d.key) || ',"title":' || to_json(d.title)
    || coalesce(',"description":' || to_json(d.description), '') || ',"position":' || d.position || '}'
$$;
comment on function private.domain_content(content.domain) is 'A domain''s JSON, in any content schema, without its version.';

create function private.skill_content(s content.skill)
returns text
language sql
stable
set search_path = ''
as $$
  select '{"id":"' || s.id || '","domain_id":"' || s.domain_id || '","key":' || to_json(s.key) || ',"title":' || to_json(s.title)
    || coalesce(',"description":' || to_json(s.description), '') || ',"position":' || s.position || '}'
$$;
comment on function private.skill_content(content.skill) is 'A skill''s JSON, in any content schema, without its version.';

create function private.question_content_1(q content.question, p_domain_id uuid)
returns text
language sql
stable
set search_path = ''
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

create function private.latest_revision(p_schema smallint)
returns table (kind text, id uuid, version integer, op text, domain_id uuid, skill_id uuid, content_hash bytea)
language sql
stable
set search_path = ''
as $$
  select distinct on (r.kind, r.id) r.kind, r.id, r.version, r.op, r.domain_id, r.skill_id, r.content_hash
  from content.revision r
  where r.schema = p_schema
  order by r.kind, r.id, r.version desc
$$;
comment on function private.latest_revision(smallint) is 'The newest revision of every row ever published, tombstones included.';

create function private.collect_candidate(p_take_marks boolean)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- A temporary table, since 50,000 rows do not belong in an array.
  if to_regclass('pg_temp.candidate') is not null then
    drop table pg_temp.candidate;
  end if;
  create temp table candidate (
    kind text not null, id uuid not null, key text, domain_id uuid, skill_id uuid, parent_status text, was_in uuid,
    content text, content_hash bytea, content_1 text, type text, answer jsonb,
    has_question boolean) on commit drop;
  -- One statement, one snapshot: marks, drafts and what is published. Everything after reads the candidate.
  with taken as (delete from content.draft_mark where p_take_marks),
  marked as materialized (
    select distinct m.kind, u.id from content.draft_mark m cross join lateral unnest(m.ids) u (id)
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
  question_row as materialized (
    select t.id, n.key, n.domain_id, n.skill_id, n.parent_status, b.domain_id as was_in, n.content, n.content_1, n.type, n.answer
    from question_touched t
    -- Index probes a row, here and below: the planner can't know how few are marked, and a hash of all drafts takes 0.1 s.
    left join lateral (
      select q.key, s.domain_id, q.skill_id, s.status as parent_status,
        -- Written out here and not as a function of its own: this is the bulk of a full release.
        '{"id":"' || q.id || '","skill_id":"' || q.skill_id || '","domain_id":"' || s.domain_id || '","key":' || to_json(q.key)
          || ',"type":"' || q.type || '","prompt":' || to_json(q.prompt)
          || case when q.choices = '{}' then '' else ',"choices":' || to_json(q.choices) end
          || ',"answer":' || case when q.type = 'single_choice' then '{"choice":' || (q.answer ->> 'choice') || '}'
            else json_strip_nulls(q.answer::json)::text end
          || coalesce(',"explanation":' || to_json(q.explanation), '') || coalesce(',"difficulty":' || q.difficulty, '')
          || case when q.tags = '{}' then '' else ',"tags":' || to_json(q.tags) end
          || case when q.media = '[]' then '' else ',"media":' || json_strip_nulls(q.media::json) end
          || ',"position":' || q.position || '}' as content,
        -- '=': as in the current schema.
        case when q.type = 'single_choice' and q.media = '[]' then '=' else private.question_content_1(q, s.domain_id) end as content_1,
        q.type, q.answer
      from content.question q join content.skill s on s.id = q.skill_id
      where q.id = t.id and q.status = 'active' limit 1
    ) n on true
    left join lateral (
      select r.domain_id from content.revision r
      where r.schema = private.content_schema() and r.kind = 'question' and r.id = t.id and r.op = 'upsert'
      order by r.version desc limit 1
    ) b on true
  ),
  skill_row as materialized (
    select t.id, s.key, s.domain_id, d.status as parent_status, b.domain_id as was_in,
      case when s.id is not null then private.skill_content(s) end as content
    from skill_touched t
    left join content.skill s on s.id = t.id and s.status = 'active'
    left join content.domain d on d.id = s.domain_id
    left join lateral (
      select r.domain_id from content.revision r
      where r.schema = private.content_schema() and r.kind = 'skill' and r.id = t.id and r.op = 'upsert'
      order by r.version desc limit 1
    ) b on true
  ),
  -- A domain may have lost its last question without being touched itself.
  domain_touched as materialized (
    select m.id from marked m where m.kind = 'domain'
    union select domain_id from question_row where domain_id is not null
    union select was_in from question_row where was_in is not null
    union select domain_id from skill_row where domain_id is not null
    union select was_in from skill_row where was_in is not null
  )
  insert into pg_temp.candidate
  select r.kind, r.id, r.key, r.domain_id, r.skill_id, r.parent_status, r.was_in, r.content, sha256(convert_to(r.content, 'UTF8')),
    r.content_1, r.type, r.answer, r.has_question
  from (
    select 'domain' as kind, t.id, d.key, t.id as domain_id, null::uuid as skill_id, 'active' as parent_status, t.id as was_in,
      private.domain_content(d) as content, '=' as content_1, null as type, null::jsonb as answer,
      d.id is null or (
        select true from content.skill s join content.question q on q.skill_id = s.id
        where s.domain_id = d.id and s.status = 'active' and q.status = 'active' limit 1) is not null as has_question
    from domain_touched t
    left join content.domain d on d.id = t.id and d.status = 'active'
    union all
    select 'skill', s.id, s.key, s.domain_id, null, s.parent_status, s.was_in, s.content, '=', null, null, true from skill_row s
    union all
    select 'question', q.id, q.key, q.domain_id, q.skill_id, q.parent_status, q.was_in, q.content, q.content_1, q.type, q.answer, true
    from question_row q
  ) r;
  analyze pg_temp.candidate;
end
$$;
comment on function private.collect_candidate(boolean) is
  'Copies the marked drafts, and those whose content or validity hangs on them, into the temporary table candidate; '
  'with p_take_marks the marks are done with. Content is null where there is no active draft.';
