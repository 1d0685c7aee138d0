-- What:  ops.account_deletion, the grace period of deleted accounts, and its length.
-- Why:   one click in the dashboard, or a clean-up by a wrong date, must not destroy years of learning at once (O5).
create table ops.account_deletion (
  user_id    uuid not null,
  deleted_at timestamptz not null,
  erase_at   timestamptz not null,
  constraint account_deletion_pkey primary key (user_id),
  constraint account_deletion_ends_after_its_start check (erase_at >= deleted_at)
);
create index account_deletion_erase_at_user_id_idx on ops.account_deletion (erase_at, user_id);
comment on table ops.account_deletion is
  'Learners whose account was deleted, hard or soft. Their data is kept, and taken from devices that may still send, until erase_at.';
alter table ops.account_deletion enable row level security;
create policy account_deletion_all_nobody on ops.account_deletion for all to anon, authenticated using (false);

create table ops.deletion_setting (
  id    smallint not null default 1,
  grace interval not null default '7 days',
  constraint deletion_setting_pkey primary key (id),
  constraint deletion_setting_one_row check (id = 1),
  -- Privacy law wants an answer within a month; three months are for projects that promise more.
  constraint deletion_setting_grace_in_range check (grace between '0 seconds' and '90 days')
);
comment on table ops.deletion_setting is 'One row: how long the data of a deleted account is kept. ops.set_deletion_grace() changes it.';
alter table ops.deletion_setting enable row level security;
create policy deletion_setting_all_nobody on ops.deletion_setting for all to anon, authenticated using (false);
insert into ops.deletion_setting default values;
create trigger deletion_setting_audit_update after update on ops.deletion_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger deletion_setting_stays before delete or truncate on ops.deletion_setting
  for each statement execute function private.forbid_change();

create function ops.set_deletion_grace(p_grace interval)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_interval('p_grace', p_grace, '0 days', '90 days');
  update ops.deletion_setting set grace = p_grace where id = 1;
end
$$;
comment on function ops.set_deletion_grace(interval) is
  'Sets how long the data of accounts deleted from now on is kept: 0 to 90 days, at first 7. For admins; audited. Errors: malformed_request.';

create function private.end_deletions(p_users uuid[], p_reason text)
returns uuid[]
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended ops.account_deletion[];
begin
  with ended as (
    delete from ops.account_deletion d where d.user_id = any (p_users) returning d
  )
  select coalesce(array_agg(e.d), '{}') into v_ended from ended e;
  perform private.audit('cancel_deletion', 'learner.state', e.user_id::text,
    jsonb_build_object('deleted_at', e.deleted_at, 'erase_at', e.erase_at), jsonb_build_object('reason', p_reason))
  from unnest(v_ended) e;
  return array(select e.user_id from unnest(v_ended) e);
end
$$;
comment on function private.end_deletions(uuid[], text) is 'Ends grace periods without an erasure. Returns the learners; audited.';
