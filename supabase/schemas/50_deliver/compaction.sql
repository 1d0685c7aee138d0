-- What:  ops.compact_content(): forgets what no device can ask for any more, and moves the horizon there.
-- Why:   every release adds revisions for ever; a device that was away longer starts over anyway (C3).

create function private.version_left_behind(p_keep_versions integer, p_keep_age interval)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- A device that was current p_keep_age ago holds the newest release of that time, and still gets its delta.
  select greatest(0, least(
    (select coalesce(max(r.version), 0) - p_keep_versions from content.release r),
    (select coalesce(max(r.version), 0) from content.release r where r.published_at <= clock_timestamp() - p_keep_age)))
$$;
comment on function private.version_left_behind(integer, interval) is
  'The newest version that may be the oldest one kept: p_keep_versions releases below the head, and that of p_keep_age ago.';

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
  v_revisions integer;
  v_nodes integer;
  v_sizes integer;
  v_keys integer;
  v_report json;
begin
  perform private.require_role('admin');
  if current_setting('transaction_isolation') <> 'read committed' then
    perform private.raise_error('wrong_isolation', 'Compaction needs a READ COMMITTED transaction.');
  end if;
  -- 1 No release is written meanwhile. Readers go on: each page is read in one snapshot, together with its horizon, so it
  --   is either whole or refused with cursor_too_old, never short.
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));
  select * into v_setting from ops.content_setting;
  v_before := v_setting.horizon;
  -- What is gone does not come back, whatever the settings say today.
  v_horizon := greatest(v_before, private.version_left_behind(
    greatest(coalesce(p_keep_versions, v_setting.keep_versions), 0), coalesce(p_keep_age, v_setting.keep_age)));
  v_answers := least(v_horizon, private.version_left_behind(0, greatest(
    coalesce(p_keep_answers, v_setting.keep_answers), coalesce(p_keep_age, v_setting.keep_age))));
  update ops.content_setting set horizon = v_horizon where id = 1 and horizon <> v_horizon;

  -- 2 Of each row what was already replaced at the horizon, in every contract schema that has it; and tombstones that stand
  --   there themselves, since no row means the same. Those of skills stay: ingest knows a skill that was ever published by its revision.
  delete from content.revision r
  where r.version <= v_horizon
    and ((r.op = 'delete' and r.kind <> 'skill') or not exists (
      select from content.schema s
      where s.schema between r.from_schema and r.schema and not exists (
        select from content.revision newer
        where s.schema between newer.from_schema and newer.schema and newer.kind = r.kind and newer.id = r.id
          and newer.version > r.version and newer.version <= v_horizon)));
  get diagnostics v_revisions = row_count;

  delete from content.tree_node t
  where t.version <= v_horizon
    and (t.rows = 0 and t.kind <> 'release' or exists (
      select from content.tree_node newer
      where newer.schema = t.schema and newer.kind = t.kind and newer.id = t.id
        and newer.version > t.version and newer.version <= v_horizon));
  get diagnostics v_nodes = row_count;

  delete from content.release_size z
  where z.version <= v_horizon and exists (
    select from content.release_size newer
    where newer.schema = z.schema and newer.domain_id = z.domain_id
      and newer.version > z.version and newer.version <= v_horizon);
  get diagnostics v_sizes = row_count;

  -- 3 Answer keys by a policy of their own, keep_answers: an outbox may hold answers to a version far below the horizon, and
  --   they are graded by what was asked. The key of each question at that line stays for ever, withdrawn ones too.
  delete from content.answer_key k
  where k.version <= v_answers and exists (
    select from content.answer_key newer
    where newer.question_id = k.question_id and newer.version > k.version and newer.version <= v_answers);
  get diagnostics v_keys = row_count;

  v_report := json_build_object('horizon', v_horizon, 'before', v_before, 'revisions', v_revisions, 'tree_nodes', v_nodes,
    'sizes', v_sizes, 'answer_keys', v_keys);
  perform private.audit('compact_content', 'content.release', v_horizon::text, null, v_report::jsonb);
  return v_report;
end
$$;
comment on function ops.compact_content(integer, interval, interval) is
  'Drops superseded revisions, tombstones, tree nodes and answer keys below a horizon: {horizon, revisions, tree_nodes, …}. What is not given '
  'comes from ops.content_setting. Versions from the horizon on are served exactly as before; below it devices start over. Admins and jobs.';

select private.schedule_job('compaction', '47 2 * * *', '1 day', 'select ops.compact_content()');
