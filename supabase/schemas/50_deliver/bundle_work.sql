-- What:  the worker's tasks on bundles (write, sign, remove): how they are claimed and reported.
-- Why:   tasks have leases, so any number of workers may run, and any worker may be killed at any moment.

create function private.bundle_due(p_history text)
returns table (task text, history text, schema smallint, domain_id uuid, version integer, part smallint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select t.task, b.history, b.schema, b.domain_id, b.version, b.part
  from content.bundle b
  cross join ops.signal_setting s
  cross join lateral (select case
    when b.retired_at < clock_timestamp() - make_interval(hours => s.bundle_grace_hours) then 'remove'
    when b.retired_at is not null or b.history <> p_history
      -- A schema that is no longer served; ops.remove_old_bundles() retires its bundles.
      or b.schema not in (select x.schema from content.schema x where private.schema_is_served(x.schema)) then null
    when b.stored_at is null then 'write'
    when b.url_expires_at is null or b.url_expires_at < clock_timestamp() + make_interval(days => s.bundle_url_days) / 2 then 'sign'
  end as task) t
  where t.task is not null and b.leased_until < clock_timestamp()
$$;
comment on function private.bundle_due(text) is 'Unleased parts of bundles with work: write and sign in the given history, remove in any history.';

create function private.mark_bundled()
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_history constant text := private.history();
  v_version integer;
begin
  -- The lock makes workers check one after the other. Two workers that finish the last two bundles at once would miss each other's.
  select s.version into v_version from content.release_state s
  where s.version = (select max(r.version) from content.release r) and s.bundled_in is distinct from v_history
  for update;
  if v_version is null then
    return null;
  end if;
  update content.release_state set bundled_at = clock_timestamp(), bundled_in = v_history
  where version = v_version and not exists (
    select from private.domain_node_at(v_version) n
    left join content.bundle b on b.history = v_history and b.schema = n.schema and b.domain_id = n.domain_id and b.version = n.version
      and b.retired_at is null
    -- Rows that are not split off yet belong to a part without a URL, so signed parts are all parts.
    group by n.schema, n.domain_id, n.rows
    having bool_or(b.signed_url is null) or sum(b.rows) <> n.rows);
  return case when found then v_version end;
end
$$;
comment on function private.mark_bundled() is
  'Marks the newest release as bundled, once every part of every domain is signed. Returns its version, or null.';

create function private.claim_bundle_work()
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_history text;
  v_lease constant uuid := gen_random_uuid();
  v_task text;
  v_claimed json;
begin
  -- 1 Request the bundles of the newest release. Retired ones are revived (a schema whose end was postponed), and written again if their
  --   removal had begun. Requested bundles that the release does not need and that were never written are retired.
  --   One statement has one snapshot, so a stale head cannot retire rows that another worker has just requested.
  with wanted as materialized (
    select h.history, n.*
    from (select private.history()) h (history), private.domain_node_at((select max(r.version) from content.release r)) n
  ), asked as (
    insert into content.bundle (history, schema, domain_id, version, rows)
    select w.history, w.schema, w.domain_id, w.version, w.rows from wanted w
    -- Parts whose first part is removed already are not completed. Once they are gone as well, the bundle is requested anew.
    where not exists (
      select from content.bundle b
      where b.history = w.history and b.schema = w.schema and b.domain_id = w.domain_id and b.version = w.version)
    on conflict on constraint bundle_pkey do nothing
  ), held as materialized (
    select w.history, w.schema, w.domain_id, w.version, sum(b.rows) = w.rows as is_whole, max(b.leased_until) as leased_until
    from wanted w
    join content.bundle b on b.history = w.history and b.schema = w.schema and b.domain_id = w.domain_id and b.version = w.version
    group by w.history, w.schema, w.domain_id, w.version, w.rows
  ), revived as (
    update content.bundle b
    set retired_at = null, lease = null, attempts = 0, stored_at = case when b.attempts = 0 then b.stored_at end,
      signed_url = case when b.attempts = 0 then b.signed_url end, url_expires_at = case when b.attempts = 0 then b.url_expires_at end
    from held h
    where b.history = h.history and b.schema = h.schema and b.domain_id = h.domain_id and b.version = h.version
      and h.is_whole and h.leased_until < clock_timestamp()
      and b.retired_at is not null and b.leased_until < clock_timestamp()
  )
  update content.bundle b set retired_at = clock_timestamp()
  where b.retired_at is null and b.leased_until < clock_timestamp()
    and case when exists (
      select from wanted w where w.history = b.history and w.schema = b.schema and w.domain_id = b.domain_id and w.version = b.version)
    -- Parts that were revived while another worker removed their neighbours.
    then exists (
      select from held h
      where h.history = b.history and h.schema = b.schema and h.domain_id = b.domain_id and h.version = b.version and not h.is_whole)
    else b.stored_at is null end;
  v_history := private.history();

  -- 2 Writing comes first. Rows with failed attempts come last, so they do not delay the others.
  foreach v_task in array array['write', 'sign', 'remove'] loop
    with due as (
      select b.ctid
      from content.bundle b
      join private.bundle_due(v_history) d
        on d.history = b.history and d.schema = b.schema and d.domain_id = b.domain_id and d.version = b.version and d.part = b.part
      -- Checked again, because another worker may have changed the row since the snapshot.
      where d.task = v_task and b.leased_until < clock_timestamp() and (v_task = 'remove') = (b.retired_at is not null)
      order by b.attempts, b.version desc, b.schema desc, b.domain_id, b.part
      limit case v_task when 'write' then 1 else 100 end
      for update of b skip locked
    ), claimed as (
      update content.bundle b
      set lease = v_lease, attempts = b.attempts + 1,
        leased_until = clock_timestamp() + least(interval '1 minute' * 2 ^ least(b.attempts, 6), interval '1 hour')
      from due where b.ctid = due.ctid
      returning b.*
    )
    select json_build_object('task', v_task, 'lease', v_lease, 'history', v_history,
      'url_days', (select s.bundle_url_days from ops.signal_setting s),
      'bundles', json_agg(json_build_object('schema', c.schema, 'domain_id', c.domain_id, 'version', c.version, 'path', c.path)))
    into v_claimed from claimed c having count(*) > 0;
    if v_claimed is not null then
      return v_claimed;
    end if;
  end loop;

  -- 3 No work: a release that changed no domain is complete already.
  perform private.mark_bundled();
  return null;
end
$$;
comment on function private.claim_bundle_work() is
  'Claims the next task on parts of bundles with a lease: {task: write | sign | remove, lease, history, url_days, bundles}. Null: no work.';

create function private.name_bundle(p_lease uuid, p_bytes integer, p_sha256 text)
returns text
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update content.bundle
  set bytes = p_bytes, sha256 = decode(p_sha256, 'hex'), path = history || '/' || schema || '/' || p_sha256 || '.ndjson.gz'
  where lease = p_lease and stored_at is null
  returning path
$$;
comment on function private.name_bundle(uuid, integer, text) is
  'Records the file that a worker is about to upload and returns its path. Null: the lease has passed to another worker.';

create function private.finish_bundle(p_lease uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update content.bundle set stored_at = clock_timestamp(), lease = null, leased_until = '-infinity', attempts = 0
  where lease = p_lease and path is not null and stored_at is null
$$;
comment on function private.finish_bundle(uuid) is 'Records that the named file is uploaded.';

create function private.finish_signing(p_lease uuid, p_urls json, p_expires_at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update content.bundle b
  set signed_url = u.value, url_expires_at = p_expires_at, lease = null, leased_until = '-infinity', attempts = 0
  from json_each_text(p_urls) u
  where b.lease = p_lease and b.path = u.key and b.stored_at is not null;
  -- A bundle that could not be signed has no object, so it is written again.
  update content.bundle set stored_at = null, signed_url = null, url_expires_at = null where lease = p_lease;
  perform private.mark_bundled();
end
$$;
comment on function private.finish_signing(uuid, json, timestamptz) is
  'Stores the signed URLs by path. The last one completes the release.';

create function private.finish_removal(p_lease uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$ delete from content.bundle where lease = p_lease and retired_at is not null $$;
comment on function private.finish_removal(uuid) is 'Deletes the rows of bundles whose objects are removed.';

grant execute on function private.claim_bundle_work(), private.name_bundle(uuid, integer, text), private.finish_bundle(uuid),
  private.finish_signing(uuid, json, timestamptz), private.finish_removal(uuid) to carrel_edge;
