-- What:  ops.compact_content(): deletes content that no device can request any more, and advances the horizon.
-- Why:   every release adds revisions. A device that was away too long starts over anyway (C3).

create function private.version_left_behind(p_keep_versions integer, p_keep_age interval)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- A device that was current p_keep_age ago holds the newest release of that time and still gets its delta.
  select greatest(0, least(
    (select coalesce(max(r.version), 0) - p_keep_versions from content.release r),
    (select coalesce(max(r.version), 0) from content.release r where r.published_at <= clock_timestamp() - p_keep_age)))
$$;
comment on function private.version_left_behind(integer, interval) is
  'The newest version that may become the horizon: p_keep_versions below the head, and not newer than the release of p_keep_age ago.';

create function private.delete_superseded(p_horizon integer, p_answers integer, p_before integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_revisions integer;
  v_nodes integer;
  v_sizes integer;
  v_keys integer;
  v_report json;
begin
  -- 1 Delete rows that were superseded at the horizon in every content schema that has them. Delete tombstones at the horizon too, because
  --   a missing row means the same. Tombstones of skills stay: ingest knows from them that the skill was published.
  delete from content.revision r
  where r.version <= p_horizon
    and ((r.op = 'delete' and r.kind <> 'skill') or not exists (
      select from content.schema s
      where s.schema between r.from_schema and r.schema and not exists (
        select from content.revision newer
        where s.schema between newer.from_schema and newer.schema and newer.kind = r.kind and newer.id = r.id
          and newer.version > r.version and newer.version <= p_horizon)));
  get diagnostics v_revisions = row_count;

  delete from content.tree_node t
  where t.version <= p_horizon
    and (t.rows = 0 and t.kind <> 'release' or exists (
      select from content.tree_node newer
      where newer.schema = t.schema and newer.kind = t.kind and newer.id = t.id
        and newer.version > t.version and newer.version <= p_horizon));
  get diagnostics v_nodes = row_count;

  delete from content.release_size z
  where z.version <= p_horizon and exists (
    select from content.release_size newer
    where newer.schema = z.schema and newer.domain_id = z.domain_id
      and newer.version > z.version and newer.version <= p_horizon);
  get diagnostics v_sizes = row_count;

  -- 2 Answer keys have their own retention, keep_answers. An outbox may hold answers to a version far below the horizon,
  --   and they are graded by the version answered. Each question's key at that limit stays permanently, even if withdrawn.
  delete from content.answer_key k
  where k.version <= p_answers and exists (
    select from content.answer_key newer
    where newer.question_id = k.question_id and newer.version > k.version and newer.version <= p_answers);
  get diagnostics v_keys = row_count;
  v_report := json_build_object('horizon', p_horizon, 'before', p_before, 'revisions', v_revisions, 'tree_nodes', v_nodes, 'sizes', v_sizes, 'answer_keys', v_keys);
  perform private.audit('compact_content', 'content.release', p_horizon::text, null, v_report::jsonb);
  return v_report;
end
$$;
comment on function private.delete_superseded(integer, integer, integer) is
  'Deletes revisions, tree nodes and sizes below a horizon, and answer keys below another one. Returns their numbers, and the horizon before. Audited.';

create function ops.compact_content(
  p_keep_versions integer default null, p_keep_age interval default null, p_keep_answers interval default null)
returns json
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_setting ops.content_setting;
  v_horizon integer;
  v_answers integer;
  v_before integer;
begin
  perform private.require_role('admin');
  if current_setting('transaction_isolation') <> 'read committed' then
    perform private.raise_error('wrong_isolation', 'Compaction needs a READ COMMITTED transaction.');
  end if;
  -- 1 The lock keeps releases out. Readers continue: each page reads its rows and the horizon in one snapshot.
  --   So a page is complete or refused with cursor_too_old.
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));
  select * into v_setting from ops.content_setting;
  v_before := v_setting.horizon;
  -- The horizon never moves back: deleted rows do not return, whatever the settings are.
  v_horizon := greatest(v_before, private.version_left_behind(
    greatest(coalesce(p_keep_versions, v_setting.keep_versions), 0), coalesce(p_keep_age, v_setting.keep_age)));
  v_answers := least(v_horizon, private.version_left_behind(0, greatest(
    coalesce(p_keep_answers, v_setting.keep_answers), coalesce(p_keep_age, v_setting.keep_age))));
  update ops.content_setting set horizon = v_horizon where id = 1 and horizon <> v_horizon;

  -- 2 Delete what no device can ask for any more.
  return private.delete_superseded(v_horizon, v_answers, v_before);
end
$$;
comment on function ops.compact_content(integer, interval, interval) is
  'Deletes superseded revisions, tombstones, tree nodes and answer keys below a horizon: {horizon, revisions, tree_nodes, …}. Defaults '
  'come from ops.content_setting. Versions from the horizon on do not change. Devices below the horizon start over. Admins and jobs.';

select private.schedule_job('compaction', '47 2 * * *', '1 day', 'select ops.compact_content()');
