-- What:  writes the changed nodes of the hash tree for a release, in every content schema.
-- Why:   a device verifies its cache with the tree, row by row and domain by domain (C6). The cost follows the change.
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
  'A release of 100 changes replaces 100 lines instead of reading the 9,000 rows beside them, which took half of its time.';
alter table content.tree_text enable row level security;
create policy tree_text_all_nobody on content.tree_text for all to anon, authenticated using (false);

create function private.write_tree(p_version integer)
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
  -- A node's text is the line of its own row, then the lines of its children, sorted by id. A line is "id:hash\n".
  -- concat() takes half the time of four operators; a release of 100 changes builds some 9,000 lines.
  -- 1 Skills with a changed row or changed questions. A moved question changes its old and its new skill.
  create temp table skill_line (skill_id uuid not null, schema smallint not null, from_schema smallint not null, rows bigint, lines text storage external)
    on commit drop;
  -- 1a Skills in which only question texts changed: the new lines replace the old ones.
  if exists (select from pg_temp.change c where c.was_skill_id is not null) then
    with fresh as materialized (
      select c.skill_id, c.id, concat(c.id, ':', encode(c.sha256, 'hex'), E'\n') as line,
        c.op = 'upsert' and c.before_version is not null and c.was_skill_id = c.skill_id
          and c.from_schema <= v_from and c.schema >= v_to as is_edit
      from pg_temp.change c
      where c.kind = 'question'
    ),
    kept as (
      select t.skill_id, t.lines
      from (
        select c.id as skill_id, true as is_edit from pg_temp.change c where c.kind = 'skill' and c.op = 'upsert'
        union all select f.skill_id, f.is_edit from fresh f
        union all select c.was_skill_id, false from pg_temp.change c where c.was_skill_id <> c.skill_id
      ) k
      join content.tree_text t on t.skill_id = k.skill_id and t.from_schema <= v_from and t.schema >= v_to and t.lines <> ''
      group by t.skill_id
      having bool_and(k.is_edit)
    )
    insert into pg_temp.skill_line
    select l.skill_id, v_to, v_from, count(*), string_agg(l.line, '' order by l.id)
    from (
      -- Sorted, because the planner expects few rows and would compare all pairs: 4 s for a skill of 3,000 questions.
      select distinct on (l.skill_id, l.id) l.skill_id, l.id, l.line
      from (
        select f.skill_id, f.id, f.line, 1 as choice from fresh f where f.skill_id in (select k.skill_id from kept k)
        union all
        select k.skill_id, left(o.line, 36)::uuid, o.line || E'\n', 2
        from kept k cross join lateral string_to_table(rtrim(k.lines, E'\n'), E'\n') o (line)
      ) l
      order by l.skill_id, l.id, l.choice
    ) l
    group by l.skill_id;
  end if;

  -- 1b All other skills: their questions with the schemas that have them. Changed questions come from the changes. Unchanged questions are
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

  -- 1c Keep the lines for the next release, if all schemas share them.
  delete from content.tree_text t
  where exists (select from pg_temp.skill_line l where l.skill_id = t.skill_id and (l.from_schema <> v_from or l.schema <> v_to));
  insert into content.tree_text (skill_id, from_schema, schema, lines)
  select l.skill_id, l.from_schema, l.schema, l.lines from pg_temp.skill_line l where l.from_schema = v_from and l.schema = v_to
  on conflict (skill_id) do update set from_schema = excluded.from_schema, schema = excluded.schema, lines = excluded.lines;

  insert into content.tree_node (schema, kind, id, version, hash, rows)
  select s.schema, 'skill', l.skill_id, p_version, coalesce(node.hash, sha256('')), coalesce(node.rows, 0)
  from pg_temp.skill_line l
  join content.schema s on s.state <> 'retired' and s.schema between l.from_schema and l.schema
  cross join lateral (
    select r.op, r.sha256 from content.revision r
    where s.schema between r.from_schema and r.schema and r.kind = 'skill' and r.id = l.skill_id
    order by r.version desc limit 1
  ) own
  left join lateral (
    select 1 + l.rows as rows, sha256(convert_to(l.skill_id || ':' || encode(own.sha256, 'hex') || E'\n' || l.lines, 'UTF8')) as hash
  ) node on own.op = 'upsert'
  left join lateral (
    select n.hash, n.rows from content.tree_node n
    where n.schema = s.schema and n.kind = 'skill' and n.id = l.skill_id order by n.version desc limit 1
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
