-- What:  the triggers on auth.users that start a grace period, cancel_deletion(), and end_grace_periods(), which requests the erasures.
-- Why:   a deleted account asks for an erasure (O5), but the person who clicked may have been wrong.

create function private.begin_deletions(p_users uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_begun uuid[];
begin
  -- Data that was erased before has no grace period: only the reason changes.
  perform private.note_erasures((
    select coalesce(jsonb_agg(jsonb_build_object('user_id', e.user_id, 'reason', 'account_deleted')), '[]')
    from ops.erasure e where e.user_id = any (p_users)));
  with begun as (
    insert into ops.account_deletion (user_id, deleted_at, erase_at)
    select u.id, v_now, v_now + s.grace
    from unnest(p_users) u (id) cross join ops.deletion_setting s
    where not exists (select from ops.erasure e where e.user_id = u.id)
      -- The data of an adopted learner is another account's.
      and not exists (select from learner.adoption a where a.user_id = u.id)
    on conflict do nothing
    returning user_id
  )
  select array_agg(b.user_id) into v_begun from begun b;
  perform private.audit('delete_account', 'learner.state', d.user_id::text, null, jsonb_build_object('erase_at', d.erase_at))
  from ops.account_deletion d where d.user_id = any (v_begun);
end
$$;
comment on function private.begin_deletions(uuid[]) is 'Starts the grace period of deleted accounts. Nothing of their data changes yet.';

create function ops.cancel_deletion(p_user uuid, p_reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  if private.end_deletions(array[p_user], p_reason) = '{}' then
    perform private.raise_error('record_unknown', 'The account of this learner was not deleted, or its grace period is over.', p_user::text);
  end if;
end
$$;
comment on function ops.cancel_deletion(uuid, text) is
  'Keeps the data of a deleted account. The learner needs an account with the same id again. For admins; audited. Errors: support_invalid, record_unknown.';

create function private.note_deleted(p_users uuid[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count constant integer := cardinality(p_users);
begin
  return private.note_erasures((
    select coalesce(jsonb_agg(jsonb_build_object('user_id', u.id, 'reason', 'account_deleted')), '[]') from unnest(p_users) u (id)));
exception
  -- Another transaction is just putting one of them behind the barrier. The others do not wait for it.
  when lock_not_available then
    if v_count = 1 then
      return 0;
    end if;
    return private.note_deleted(p_users[1:v_count / 2]) + private.note_deleted(p_users[v_count / 2 + 1:v_count]);
end
$$;
comment on function private.note_deleted(uuid[]) is 'Puts learners whose account is deleted behind the barrier, but not those whom another transaction holds. Returns the number noted.';

create function ops.end_grace_periods(p_accounts integer default 1000)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_due uuid[];
  v_barred uuid[];
  v_live uuid[];
begin
  perform private.require_role('admin');
  -- A row that somebody holds, here or behind the barrier, waits for a later run.
  v_due := array(
    select d.user_id from ops.account_deletion d where d.erase_at <= clock_timestamp()
    order by d.erase_at, d.user_id limit private.row_limit('p_accounts', p_accounts, 1000, 10000) for update skip locked);
  v_barred := array(select e.user_id from ops.erasure e where e.user_id = any (v_due) order by e.user_id for update skip locked);
  v_due := array(
    select d.id from unnest(v_due) d (id)
    where d.id = any (v_barred) or not exists (select from ops.erasure e where e.user_id = d.id));
  -- An account that was made again under its id is somebody's. The data of an adopted learner is another account's.
  v_live := array(
    select u.id from auth.users u where u.id = any (v_due) and u.deleted_at is null
    union
    select a.user_id from learner.adoption a where a.user_id = any (v_due));
  perform private.end_deletions(v_live, 'The account exists again, or was adopted.');
  return private.note_deleted(array(select d.id from unnest(v_due) d (id) where d.id <> all (v_live)));
end
$$;
comment on function ops.end_grace_periods(integer) is
  'Requests the erasure of at most p_accounts accounts whose grace period is over, and keeps accounts that exist again. Returns the number of '
  'erasures. ops.run_erasures() calls it; for admins.';

create function private.account_deleted()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Only noted: deleting a user must neither fail nor wait for a learner's rows. An account that lived until now was made again after an
  -- earlier deletion, whose grace period has nothing to do with this one.
  perform private.end_deletions(array(select o.id from old_rows o where o.deleted_at is null), 'The account exists again.');
  perform private.begin_deletions(array(select o.id from old_rows o));
  return null;
end
$$;
comment on function private.account_deleted() is 'Trigger: after accounts are deleted, their grace period starts.';

create function private.accounts_of_all()
returns uuid[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(select u.id from auth.users u);
end
$$;
comment on function private.accounts_of_all() is 'The ids of all accounts.';

create function private.accounts_truncated()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_users constant uuid[] := private.accounts_of_all();
begin
  perform private.end_deletions(v_users, 'The account exists again.');
  perform private.begin_deletions(v_users);
  return null;
end
$$;
comment on function private.accounts_truncated() is 'Trigger: before all accounts are deleted by TRUNCATE, their grace periods start.';

create function private.account_soft_deleted()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.deleted_at is null then
    perform private.end_deletions(array[new.id], 'The account was restored.');
  else
    perform private.end_deletions(array[new.id], 'The account exists again.');
    perform private.begin_deletions(array[new.id]);
  end if;
  return null;
end
$$;
comment on function private.account_soft_deleted() is 'Row trigger: a soft delete starts the grace period, and its withdrawal ends it.';

create trigger user_account_deleted after delete on auth.users
  referencing old table as old_rows for each statement execute function private.account_deleted();
create trigger user_accounts_truncated before truncate on auth.users
  for each statement execute function private.accounts_truncated();
create trigger user_account_soft_deleted after update of deleted_at on auth.users
  for each row when ((old.deleted_at is null) <> (new.deleted_at is null)) execute function private.account_soft_deleted();
