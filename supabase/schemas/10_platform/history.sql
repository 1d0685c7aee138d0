-- What:  the id of this line of the database's life, part of every cursor, ETag and cache key.
-- Why:   after a restore from backup, cursors of the lost hour must not be believed (they look valid).
create table ops.history (
  singleton  boolean not null default true,
  seed       uuid not null default gen_random_uuid(),
  rotated_at timestamptz not null default now(),
  constraint history_pkey primary key (singleton),
  constraint history_singleton check (singleton)
);
comment on table ops.history is
  'One row. history() mixes its seed with the cluster''s identifier and timeline, so that a restore changes it too.';
alter table ops.history enable row level security;
create policy history_all_nobody on ops.history for all to anon, authenticated using (false);
insert into ops.history default values;

create function private.history()
returns text
language plpgsql -- rather than sql, which is planned anew at every call: 25 us instead of 200, and a sync asks three times
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A physical restore ends on a new timeline, a logical one in a cluster with another identifier;
  -- deriving the id from both means that nothing has to notice the restore and write it down.
  -- The timeline is that of the WAL, in whose files' names it comes first: the control file's lags behind until the first checkpoint
  -- after a restore, and is asked on a standby only, which writes no WAL.
  -- Called as values: from the FROM list each would be put into a table first, which takes a third of the time.
  return (
    select left(encode(sha256(convert_to(
      h.seed::text || (pg_control_system()).system_identifier::text || case
        when pg_is_in_recovery() then lpad(to_hex((pg_control_checkpoint()).timeline_id), 8, '0')
        else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
      end, 'UTF8')), 'hex'), 16)
    from ops.history h);
end
$$;
comment on function private.history() is
  '16 hex digits that change when the database is restored, cloned, or told to by ops.rotate_history().';

create function ops.rotate_history()
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  update ops.history set seed = gen_random_uuid(), rotated_at = now() where singleton;
  return private.history();
end
$$;
comment on function ops.rotate_history() is
  'Makes every device start over and re-send: for restores that the cluster itself can''t notice. Returns the new history.';
