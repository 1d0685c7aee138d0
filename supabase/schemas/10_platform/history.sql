-- What:  the history id, which identifies one continuous life of the database. It is part of every cursor, ETag and cache key.
-- Why:   after a restore from backup, cursors of the lost period look valid but are not.
create table ops.history (
  singleton     boolean not null default true,
  seed          uuid not null default gen_random_uuid(),
  rotated_at    timestamptz not null default now(),
  kept_id       text,
  kept_for      text,
  upgrade_until timestamptz,
  constraint history_pkey primary key (singleton),
  constraint history_singleton check (singleton),
  constraint history_kept_is_whole check ((kept_id is null) = (kept_for is null)),
  constraint history_upgrade_keeps_an_id check (upgrade_until is null or kept_id is not null)
);
comment on table ops.history is
  'One row. history() combines its seed with the cluster''s identifier and timeline, so a restore changes the history.';
comment on column ops.history.kept_id is 'The history of the fingerprint kept_for. A declared upgrade keeps it.';
comment on column ops.history.upgrade_until is 'The end of a declaration by ops.expect_upgrade().';
alter table ops.history enable row level security;
create policy history_all_nobody on ops.history for all to anon, authenticated using (false);

create table ops.history_anchor (
  name text not null,
  oid  oid not null,
  constraint history_anchor_pkey primary key (name)
);
comment on table ops.history_anchor is
  'Tables whose object id belongs to this life of the database. A dump contains the number, but a restored table has another id. '
  'VACUUM FULL, REINDEX, pg_repack, ALTER TABLE and pg_upgrade keep it.';
alter table ops.history_anchor enable row level security;
create policy history_anchor_all_nobody on ops.history_anchor for all to anon, authenticated using (false);

create function private.renew_seed()
returns void
language sql
volatile
security definer -- the write of a trigger or an operation is not an edit by hand
set search_path = pg_catalog, pg_temp
as $$
  update ops.history set seed = gen_random_uuid(), rotated_at = now(), kept_id = null, kept_for = null, upgrade_until = null where singleton
$$;
comment on function private.renew_seed() is 'Begins another history.';

create function private.new_seed()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'TRUNCATE' then
    perform private.renew_seed();
    return null;
  end if;
  new.seed := gen_random_uuid();
  new.kept_id := null;
  new.kept_for := null;
  new.upgrade_until := null;
  return new;
end
$$;
comment on function private.new_seed() is
  'Trigger: a row of history that is loaded from a dump gets another seed, and so does the row when a table of the ledger or of releases is emptied.';

-- Always, because a restore of data alone sets session_replication_role to replica.
create trigger history_new_seed before insert on ops.history for each row execute function private.new_seed();
alter table ops.history enable always trigger history_new_seed;
insert into ops.history default values;

create function private.anchor_history(p_table regclass)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := (select c.relname from pg_class c where c.oid = p_table);
begin
  insert into ops.history_anchor (name, oid) values (p_table::text, p_table::oid)
  on conflict (name) do update set oid = excluded.oid;
  execute format('create trigger %I after truncate on %s for each statement execute function private.new_seed()', v_name || '_emptied', p_table);
  execute format('alter table %s enable always trigger %I', p_table, v_name || '_emptied');
end
$$;
comment on function private.anchor_history(regclass) is
  'For migrations: the history changes when this table is made anew or emptied. A migration that renames the table updates ops.history_anchor.';

create function private.database_fingerprint()
returns text
language plpgsql -- rather than sql, which plans at every call: 25 us instead of 200, three times per sync
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- 1 A logical restore into another cluster shows by the cluster's identifier, a physical restore by its timeline. The timeline
  --   comes from the name of the current WAL file. The control file's is stale until the first checkpoint after a restore, so only
  --   a standby, which writes no WAL, reads it there.
  -- 2 A copy from a template shows by the database's id.
  -- 3 A logical restore into the same database shows by tables whose id is not the recorded one. Usually there are none, so a
  --   migration may add anchors.
  -- Calls in a select list take a third less time than calls in FROM, which fill a table first.
  return (pg_control_system()).system_identifier::text || '.' || case
      when pg_is_in_recovery() then lpad(to_hex((pg_control_checkpoint()).timeline_id), 8, '0')
      else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
    end || '.' || (select d.oid from pg_database d where d.datname = current_database())::text
    || coalesce((
      select string_agg('.' || a.name || '=' || coalesce(to_regclass(a.name)::oid::text, ''), '' order by a.name)
      from ops.history_anchor a where to_regclass(a.name)::oid is distinct from a.oid), '');
end
$$;
comment on function private.database_fingerprint() is
  'The cluster''s identifier, its timeline and the database''s id, and the anchors that were made anew. Whatever ends this life of the database changes it.';

create function private.is_upgrade(p_before text, p_after text)
returns boolean
language plpgsql -- rather than sql, which plans at every call
immutable strict -- so that it does not run where no upgrade is expected
set search_path = pg_catalog, pg_temp
as $$
begin
  -- pg_upgrade makes a cluster with another identifier on timeline 1, and keeps the ids of databases and tables.
  return split_part(p_after, '.', 1) <> split_part(p_before, '.', 1) and split_part(p_after, '.', 2) = '00000001'
    and regexp_replace(p_after, '^\w+\.\w+', '') = regexp_replace(p_before, '^\w+\.\w+', '');
end
$$;
comment on function private.is_upgrade(text, text) is 'Whether two fingerprints differ as those before and after pg_upgrade do.';

create function private.refuse_during_upgrade()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A backup that contains the declaration counts as the database after the upgrade. So nothing may be written after the declaration that
  -- a restore could lose.
  if private.is_upgrading() then
    perform private.raise_error('paused', 'The service is being upgraded.', '60', 60);
  end if;
end
$$;
comment on function private.refuse_during_upgrade() is 'Raises paused while a declared upgrade is expected.';

create function private.is_upgrading()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (select from ops.history h where h.upgrade_until > clock_timestamp());
end
$$;
comment on function private.is_upgrading() is 'Whether a declared upgrade is expected. Jobs that write learners'' rows or releases wait.';

create function private.history()
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fingerprint constant text := private.database_fingerprint();
  v_history ops.history;
begin
  select h.* into v_history from ops.history h;
  if v_history.kept_for = v_fingerprint
    or v_history.upgrade_until > now() and private.is_upgrade(v_history.kept_for, v_fingerprint) then
    return v_history.kept_id;
  end if;
  return left(encode(sha256(convert_to(v_history.seed::text || v_fingerprint, 'UTF8')), 'hex'), 16);
end
$$;
comment on function private.history() is
  '16 hex digits that change when the database is restored or cloned, and when ops.rotate_history() is called.';

select private.anchor_history('ops.history');
