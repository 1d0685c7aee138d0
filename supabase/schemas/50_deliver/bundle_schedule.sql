-- What:  the schedule of the bundle worker, and the retirement of old bundles.
-- Why:   a publish wakes the worker, but a wake-up may be lost and a worker may be killed. The schedule wakes it until no work is left.

create function private.wake_bundler()
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.signals_configured() and (
    exists (
      select from content.release_state s
      where s.version = (select max(r.version) from content.release r) and s.bundled_in is distinct from private.history())
    or exists (select from private.bundle_due(private.history()))
    or private.media_is_due()
    -- A schema whose end was postponed after it had passed: its bundles are retired or were never requested.
    or exists (
      select from private.domain_node_at((select max(r.version) from content.release r)) n
      where not exists (
        select from content.bundle b
        where b.history = (select private.history()) and b.schema = n.schema and b.domain_id = n.domain_id and b.version = n.version
          and b.retired_at is null)))
  then
    perform private.wake_function('bundle');
    return true;
  end if;
  return false;
end
$$;
comment on function private.wake_bundler() is 'Wakes the bundle worker if there is unclaimed work on bundles or media. Returns whether it did.';

create function ops.continue_bundles()
returns boolean
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.wake_bundler();
end
$$;
comment on function ops.continue_bundles() is 'Wakes the bundle worker if there is work left. Runs by pg_cron.';

create function ops.remove_old_bundles(p_keep_versions integer default null)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_keep constant integer := greatest(coalesce(p_keep_versions, (select s.bundle_releases from ops.signal_setting s)), 1);
  v_oldest integer;
  v_count integer;
begin
  perform private.require_role('admin');
  -- 1 The oldest release whose bundles are kept. Heads name the newest one that has all of its bundles, which may be older than v_keep releases.
  select least(min(r.version), private.bundled_version(private.history())) into v_oldest
  from (select version from content.release order by version desc limit v_keep) r;

  -- 2 A bundle is kept if its domain has not changed up to that release, because this release or a newer one uses it.
  --   Manifests stop naming the others now. Their objects stay for a grace period, because devices may hold an older manifest.
  update content.bundle b set retired_at = clock_timestamp()
  where b.retired_at is null
    and (b.history <> private.history()
      or b.schema not in (select s.schema from content.schema s where private.schema_is_served(s.schema))
      or exists (
        select from content.tree_node n
        where n.schema = b.schema and n.kind = 'domain' and n.id = b.domain_id and n.version > b.version and n.version <= v_oldest));
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform private.audit('remove_old_bundles', 'content.bundle', null, null,
      jsonb_build_object('oldest_version', v_oldest, 'bundles', v_count));
  end if;
  return v_count;
end
$$;
comment on function ops.remove_old_bundles(integer) is
  'Retires bundles that only releases older than the newest p_keep_versions (null: the setting) and the newest bundled one use, and bundles of '
  'content schemas that are no longer served. Returns their number. The worker removes their objects after the grace period.';

grant execute on function private.wake_bundler() to carrel_edge;

select private.schedule_job('bundles', '30 seconds', '1 minute', 'select ops.continue_bundles()');
select private.schedule_job('bundles_retire', '17 3 * * *', '1 day', 'select ops.remove_old_bundles()');
