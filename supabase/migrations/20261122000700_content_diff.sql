-- What:  the candidate (all active drafts as devices would see them), its problems, and its difference
--        from what is published; preview_release().
-- Why:   preview and publish must agree to the byte, so both stand on the same three functions.
-- Locks: none; new objects only.
-- Undo:  drop function public.preview_release, private.release_change, private.candidate_problem, private.draft_row.

create function private.content_schema()
returns smallint
language sql
immutable
set search_path = ''
as $$ select 1::smallint $$;
comment on function private.content_schema() is 'The contract schema that publishing writes; devices say which one they read.';

create function private.draft_row()
returns table (kind text, id uuid, domain_id uuid, skill_id uuid, parent_status text, content text, content_hash bytea)
language sql
stable
set search_path = ''
as $$
  -- row_to_json prints no spaces; nulls and empty lists are left out, a reader takes them as absent.
  select r.kind, r.id, r.domain_id, r.skill_id, r.parent_status, r.content, sha256(convert_to(r.content, 'UTF8'))
  from (
    select 'domain' as kind, d.id, d.id as domain_id, null::uuid as skill_id, 'active' as parent_status,
      json_strip_nulls(row_to_json((select x from (select
        d.id, d.key, d.title, d.description, d.position) x)))::text as content
    from content.domain d
    where d.status = 'active'
    union all
    select 'skill', s.id, s.domain_id, null, d.status,
      json_strip_nulls(row_to_json((select x from (select
        s.id, s.domain_id, s.key, s.title, s.description, s.position) x)))::text
    from content.skill s
    join content.domain d on d.id = s.domain_id
    where s.status = 'active'
    union all
    select 'question', q.id, s.domain_id, q.skill_id, s.status,
      json_strip_nulls(row_to_json((select x from (select
        q.id, q.skill_id, s.domain_id, q.key, q.type, q.prompt, q.choices, q.answer, q.explanation,
        q.difficulty, nullif(q.tags, '{}') as tags, q.position) x)))::text
    from content.question q
    join content.skill s on s.id = q.skill_id
    where q.status = 'active'
  ) r
$$;
comment on function private.draft_row() is
  'The candidate: every active draft with the JSON that devices would receive (without version) and its SHA-256.';

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

create function private.collect_candidate()
returns bytea
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- One statement reads all drafts, so the candidate is one consistent state of them; everything after
  -- reads the candidate. A temporary table, since 50,000 rows do not belong in an array.
  if to_regclass('pg_temp.candidate') is not null then
    drop table pg_temp.candidate;
  end if;
  create temp table candidate on commit drop as select * from private.draft_row();
  analyze pg_temp.candidate;
  return (
    select sha256(convert_to(coalesce(string_agg(c.id || ':' || encode(c.content_hash, 'hex'), E'\n' order by c.kind, c.id), ''), 'UTF8'))
    from pg_temp.candidate c);
end
$$;
comment on function private.collect_candidate() is
  'Copies all drafts into the temporary table candidate; returns the hash that publish_release() can be held to.';

create function private.candidate_problem()
returns table (problem text, kind text, id uuid)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select 'parent_not_active', c.kind, c.id from pg_temp.candidate c where c.parent_status <> 'active'
  union all
  select 'domain_without_question', c.kind, c.id from pg_temp.candidate c
  where c.kind = 'domain'
    and not exists (select from pg_temp.candidate q where q.kind = 'question' and q.domain_id = c.id);
end
$$;
comment on function private.candidate_problem() is 'What keeps the candidate from being published; no row where nothing does.';

create function private.release_change()
returns table (kind text, id uuid, op text, domain_id uuid, skill_id uuid, content text, content_hash bytea, before_version integer)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select coalesce(c.kind, l.kind), coalesce(c.id, l.id),
    case when c.id is null then 'delete' else 'upsert' end,
    coalesce(c.domain_id, l.domain_id), coalesce(c.skill_id, l.skill_id), c.content, c.content_hash,
    case when l.op = 'upsert' then l.version end
  from pg_temp.candidate c
  full join private.latest_revision(private.content_schema()) l on l.kind = c.kind and l.id = c.id
  where (c.id is not null and (l.id is null or l.op = 'delete' or l.content_hash <> c.content_hash))
     or (c.id is null and l.op = 'upsert');
end
$$;
comment on function private.release_change() is
  'Candidate against the last revisions, by hash: one row per row to upsert or delete. Moving a skill changes its questions too.';
