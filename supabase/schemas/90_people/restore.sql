-- What:  export_erasures() and reapply_erasures(), which keep erasures through a restore from backup.
-- Why:   an older copy of the database contains data that was erased later, and lacks the barrier (O5). See docs/restore.md.
create table ops.erasure_check (
  history    text not null,
  checked_at timestamptz not null default now(),
  constraint erasure_check_pkey primary key (history)
);
comment on table ops.erasure_check is
  'The histories with complete erasures: the first one, and those for which ops.reapply_erasures() was called.';
alter table ops.erasure_check enable row level security;
create policy erasure_check_all_nobody on ops.erasure_check for all to anon, authenticated using (false);
insert into ops.erasure_check (history) values (private.history());

create function ops.export_erasures(p_since timestamptz default null)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.audit('export_erasures', 'ops.erasure', null, null, jsonb_build_object('since', p_since));
  return jsonb_build_object('history', private.history(), 'exported_at', clock_timestamp(), 'erasures', coalesce((
    select jsonb_agg(jsonb_strip_nulls(to_jsonb(e)) order by e.requested_at, e.user_id)
    from (
      select x.user_id, x.reason, x.requested_at, null::timestamptz as erase_at from ops.erasure x
      union all
      -- The grace period goes on after a restore.
      select d.user_id, 'account_deleted', d.deleted_at, d.erase_at from ops.account_deletion d
    ) e
    -- Ten minutes more, because a transaction that began before the last export may have committed after it.
    where p_since is null or e.requested_at >= p_since - interval '10 minutes'), '[]'));
end
$$;
comment on function ops.export_erasures(timestamptz) is
  'The erased learners and those whose account was deleted (since a time, or all) as JSON. Keep it outside the database, beside its backups. For admins; audited.';

create function private.keep_grace_periods(p_erasures jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update ops.account_deletion d set deleted_at = least(x.requested_at, x.erase_at), erase_at = x.erase_at
  from jsonb_to_recordset(p_erasures) as x (user_id uuid, requested_at timestamptz, erase_at timestamptz)
  where d.user_id = x.user_id and x.erase_at <> d.erase_at;
end
$$;
comment on function private.keep_grace_periods(jsonb) is 'Ends grace periods when an export says. Its caller has deleted the accounts, which began them anew.';

create function ops.reapply_erasures(p_export jsonb)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  perform private.require_role('admin');
  if jsonb_typeof(p_export -> 'erasures') is distinct from 'array' then
    perform private.raise_error('export_invalid', '`erasures` must be a list, as in the result of ops.export_erasures().', 'erasures');
  end if;
  -- Erasures older than the copy need nothing: the copy has no rows of these learners, and its barrier refuses their devices.
  -- Deleted accounts keep the end of their grace period. If that is over, the next run of the job requests the erasure.
  insert into ops.account_deletion (user_id, deleted_at, erase_at)
  select x.user_id, least(x.requested_at, x.erase_at), x.erase_at
  from jsonb_to_recordset(p_export -> 'erasures') as x (user_id uuid, requested_at timestamptz, erase_at timestamptz)
  where x.erase_at is not null and not exists (select from ops.erasure e where e.user_id = x.user_id)
  on conflict do nothing;
  get diagnostics v_count = row_count;
  v_count := v_count + private.note_erasures((
    select coalesce(jsonb_agg(x), '[]') from jsonb_array_elements(p_export -> 'erasures') x where x -> 'erase_at' is null));
  -- A restored account contains the e-mail address again. (Deleting it notes the erasure again, which changes nothing.)
  delete from auth.users u
  where u.id in (select e.user_id from ops.erasure e where e.reason = 'account_deleted' union all select d.user_id from ops.account_deletion d);
  perform private.keep_grace_periods(p_export -> 'erasures');
  insert into ops.erasure_check (history) values (private.history()) on conflict do nothing;
  perform private.audit('reapply_erasures', 'ops.erasure', null, null, jsonb_build_object('erasures', v_count, 'exported_at', p_export -> 'exported_at'));
  return v_count;
end
$$;
comment on function ops.reapply_erasures(jsonb) is
  'After a restore: erases the learners again who were erased after the copy was made, accounts included; pg_cron deletes the rows. Needs the newest export, '
  'or {"erasures": []} if there were none. Returns how many were new. Ends the alarm erasures_unchecked. For admins.';
