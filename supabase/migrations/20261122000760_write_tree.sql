-- What:  the hash tree along the changes of a release, for every content schema.
-- Why:   a device proves its cache by it, row by row and domain by domain (C6); its cost follows the change.
-- Locks: none; new objects only.
-- Undo:  drop function private.write_tree.

create function private.write_tree(p_version integer)
returns void
language plpgsql
volatile
set search_path = ''
-- Each row is asked for once, so that remembering answers only costs: 0.5 s for 9,000 rows.
set enable_memoize = off
as $$
begin
  -- A node's text is its own row's line, then its children's, each "id:hash\n", in the order of the ids. concat(), which takes
  -- half the time of four operators; a release of 100 changes spells some 9,000 lines.
  -- 1 Skills whose row or questions changed, in their old and in their new place.
  with served as materialized (select s.schema from content.schema s where s.state <> 'retired'),
  touched as materialized (
    select c.id from pg_temp.change c where c.kind = 'skill'
    union select c.skill_id from pg_temp.change c where c.skill_id is not null
    union select c.was_skill_id from pg_temp.change c where c.was_skill_id is not null
  ),
  -- Their questions, with the schemas that have them: those that change, from the changes; and of the others those that have
  -- no newer row, which is so in each of its schemas. Only where one schema alone has a newer row, it is asked for each. So a text
  -- that schemas share is spelt once.
  child as materialized (
    select c.skill_id, c.id, concat(c.id, ':', encode(c.sha256, 'hex'), E'\n') as line, c.from_schema, c.schema
    from pg_temp.change c
    where c.kind = 'question' and c.op = 'upsert'
    union all
    select t.id, q.id, concat(q.id, ':', encode(q.sha256, 'hex'), E'\n'), a.from_schema, a.schema
    from touched t
    -- Skill by skill through the index, however many the planner believes there are.
    cross join lateral (
      select r.id, r.version, r.from_schema, r.schema, r.sha256 from content.revision r
      where r.kind = 'question' and r.skill_id = t.id and r.version < p_version and r.op = 'upsert' offset 0
    ) q
    -- Of most there is none, which the index knows alone; for the newest version of each, the row would have to be looked at too.
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
    select c.skill_id, count(*) as rows, string_agg(c.line, '' order by c.id) as lines,
      bool_and(c.from_schema <= (select min(schema) from served) and c.schema >= (select max(schema) from served)) as in_all
    from child c
    group by c.skill_id
  ),
  apart as (
    select c.skill_id, s.schema, count(*) as rows, string_agg(c.line, '' order by c.id) as lines
    from alike a
    join child c on c.skill_id = a.skill_id
    join served s on s.schema between c.from_schema and c.schema
    where not a.in_all
    group by c.skill_id, s.schema
  )
  insert into content.tree_node (schema, kind, id, version, hash, rows)
  select s.schema, 'skill', t.id, p_version, coalesce(node.hash, sha256('')), coalesce(node.rows, 0)
  from touched t
  cross join served s
  cross join lateral (
    select r.op, r.sha256 from content.revision r
    where s.schema between r.from_schema and r.schema and r.kind = 'skill' and r.id = t.id
    order by r.version desc limit 1
  ) own
  left join alike l on l.skill_id = t.id and l.in_all
  left join apart a on a.skill_id = t.id and a.schema = s.schema
  left join lateral (
    select 1 + coalesce(l.rows, a.rows, 0) as rows, sha256(convert_to(
      t.id || ':' || encode(own.sha256, 'hex') || E'\n' || coalesce(l.lines, a.lines, ''), 'UTF8')) as hash
  ) node on own.op = 'upsert'
  left join lateral (
    select n.hash, n.rows from content.tree_node n
    where n.schema = s.schema and n.kind = 'skill' and n.id = t.id order by n.version desc limit 1
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
comment on function private.write_tree(integer) is 'Writes the hash tree''s nodes along the rows of the temporary table change.';
