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

  -- 2 All other rows, schema by schema. They are combined again if all schemas of a candidate row have the same change from the same
  --   state, because write_release_size() subtracts the old state from each schema by this one row.
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
