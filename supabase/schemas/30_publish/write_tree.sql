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
