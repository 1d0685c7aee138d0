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
