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
