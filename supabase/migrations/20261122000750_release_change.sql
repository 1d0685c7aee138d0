-- What:  what a release would change, per content schema, and what keeps it from being published; the hash tree along the changes.
-- Why:   cost follows the change: everything here reads the candidate, and of what is published only the rows beside it.
-- Locks: none; new objects only.
-- Undo:  drop function private.write_tree, private.change_hash, private.collect_change, private.candidate_problem.

create function private.candidate_problem()
returns table (problem text, kind text, id uuid, key text)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select 'parent_not_active', c.kind, c.id, c.key from pg_temp.candidate c
  where c.content is not null and c.parent_status is distinct from 'active'
  union all
  select 'domain_without_question', c.kind, c.id, c.key from pg_temp.candidate c where not c.has_question;
end
$$;
comment on function private.candidate_problem() is
  'What keeps the candidate from being published; no row where nothing does. Rows that are not marked were fine in the last release.';

create function private.collect_change(p_take_marks boolean)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.collect_candidate(p_take_marks);
  if to_regclass('pg_temp.change') is not null then
    drop table pg_temp.change;
  end if;
  create temp table change (
    schema smallint not null, kind text not null, id uuid not null, op text not null, domain_id uuid not null, skill_id uuid,
    was_domain_id uuid, was_skill_id uuid, content_hash bytea, before_version integer) on commit drop;
  insert into pg_temp.change
  select s.schema, c.kind, c.id, case when n.hash is null then 'delete' else 'upsert' end,
    coalesce(c.domain_id, l.domain_id), coalesce(c.skill_id, l.skill_id), l.domain_id, l.skill_id, n.hash,
    case when l.op = 'upsert' then l.version end
  from content.schema s
  cross join pg_temp.candidate c
  cross join lateral (select case
    when s.schema = private.content_schema() or c.content_1 = '=' then c.content_hash
    else sha256(convert_to(c.content_1, 'UTF8')) end as hash) n
  -- One probe of the index a row, whatever the planner believes about tables that this transaction has filled.
  left join lateral (
    select r.op, r.version, r.domain_id, r.skill_id, r.content_hash from content.revision r
    where r.schema = s.schema and r.kind = c.kind and r.id = c.id
    order by r.version desc limit 1
  ) l on true
  where s.state <> 'retired'
    and case
      when n.hash is null then l.op = 'upsert'
      else l.op is null or l.op = 'delete' or l.content_hash <> n.hash
    end
  -- The revisions are appended in this order, which is that of their indexes.
  order by s.schema, c.kind, c.id;
  analyze pg_temp.change;
end
$$;
comment on function private.collect_change(boolean) is
  'Collects the candidate and compares it with the last revisions by hash: the temporary table change, one row per schema and row to write.';

create function private.change_hash()
returns bytea
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select sha256(convert_to(coalesce((select max(r.version) from content.release r), 0) || E'\n' || coalesce(string_agg(
      c.kind || ':' || c.id || ':' || coalesce(encode(c.content_hash, 'hex'), 'delete'), E'\n' order by c.kind, c.id), ''), 'UTF8'))
    from pg_temp.change c
    where c.schema = private.content_schema());
end
$$;
comment on function private.change_hash() is 'What a preview can be held to: SHA-256 over the version that it goes out from and every change.';

create function private.write_tree(p_schema smallint, p_version integer)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- A node's text is its own row's line, then its children's, each "id:hash\n", in the order of the ids.
  -- 1 Skills whose row or questions changed, in their old and in their new place.
  insert into content.tree_node (schema, kind, id, version, hash, rows)
  select p_schema, 'skill', t.id, p_version, coalesce(node.hash, sha256('')), coalesce(node.rows, 0)
  from (
    select c.id from pg_temp.change c where c.schema = p_schema and c.kind = 'skill'
    union select c.skill_id from pg_temp.change c where c.schema = p_schema and c.skill_id is not null
    union select c.was_skill_id from pg_temp.change c where c.schema = p_schema and c.was_skill_id is not null
  ) t (id)
  cross join lateral (
    select r.op, r.sha256 from content.revision r
    where r.schema = p_schema and r.kind = 'skill' and r.id = t.id
    order by r.version desc limit 1
  ) own
  left join lateral (
    select 1 + count(q.id) as rows, sha256(convert_to(t.id || ':' || encode(own.sha256, 'hex') || E'\n'
      || coalesce(string_agg(q.id || ':' || encode(q.sha256, 'hex') || E'\n', '' order by q.id), ''), 'UTF8')) as hash
    from content.revision q
    cross join lateral (
      select n.version from content.revision n
      where n.schema = p_schema and n.kind = 'question' and n.id = q.id order by n.version desc limit 1
    ) newest
    where q.schema = p_schema and q.kind = 'question' and q.skill_id = t.id and q.op = 'upsert' and q.version = newest.version
  ) node on own.op = 'upsert'
  left join lateral (
    select n.hash, n.rows from content.tree_node n
    where n.schema = p_schema and n.kind = 'skill' and n.id = t.id order by n.version desc limit 1
  ) was on true
  where coalesce(node.hash, sha256('')) is distinct from was.hash and (node.hash is not null or was.rows > 0);

  -- 2 Their domains.
  insert into content.tree_node (schema, kind, id, version, hash, rows)
  select p_schema, 'domain', t.id, p_version, coalesce(node.hash, sha256('')), coalesce(node.rows, 0)
  from (
    select c.domain_id from pg_temp.change c where c.schema = p_schema
    union select c.was_domain_id from pg_temp.change c where c.schema = p_schema and c.was_domain_id is not null
  ) t (id)
  cross join lateral (
    select r.op, r.sha256 from content.revision r
    where r.schema = p_schema and r.kind = 'domain' and r.id = t.id
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
        where r.schema = p_schema and r.kind = 'skill' and r.id = s.id order by r.version desc limit 1
      ) newest
      cross join lateral (
        select x.hash, x.rows from content.tree_node x
        where x.schema = p_schema and x.kind = 'skill' and x.id = s.id order by x.version desc limit 1
      ) n
      where s.schema = p_schema and s.kind = 'skill' and s.domain_id = t.id and s.op = 'upsert' and s.version = newest.version
    ) k
  ) node on own.op = 'upsert'
  left join lateral (
    select n.hash, n.rows from content.tree_node n
    where n.schema = p_schema and n.kind = 'domain' and n.id = t.id order by n.version desc limit 1
  ) was on true
  where coalesce(node.hash, sha256('')) is distinct from was.hash and (node.hash is not null or was.rows > 0);

  -- 3 The root, over all domains.
  insert into content.tree_node (schema, kind, id, version, hash, rows)
  select p_schema, 'release', '00000000-0000-0000-0000-000000000000', p_version, root.hash, root.rows
  from (
    select coalesce(sum(d.rows), 0) as rows,
      sha256(convert_to(coalesce(string_agg(d.id || ':' || encode(d.hash, 'hex') || E'\n', '' order by d.id), ''), 'UTF8')) as hash
    from (
      select distinct on (n.id) n.id, n.hash, n.rows from content.tree_node n
      where n.schema = p_schema and n.kind = 'domain' order by n.id, n.version desc
    ) d
    where d.rows > 0
  ) root
  where root.hash is distinct from (
    select n.hash from content.tree_node n where n.schema = p_schema and n.kind = 'release' order by n.version desc limit 1);
end
$$;
comment on function private.write_tree(smallint, integer) is 'Writes the hash tree''s nodes along the rows of the temporary table change.';
