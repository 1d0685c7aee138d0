-- What:  ops.erasure, the learners whose data is erased or being erased; refuse_absent() and hold_off_erasures(), which every writer calls.
-- Why:   an old device must not bring back erased data, and the audit trail must not show it (O5).
create table ops.erasure (
  user_id      uuid not null,
  reason       text not null,
  requested_at timestamptz not null default now(),
  requested_by text not null default 'unknown',
  erased_at    timestamptz,
  rows         bigint not null default 0,
  tried_at     timestamptz,
  failures     integer not null default 0,
  last_error   text,
  tables       jsonb not null default '{}',
  salt         bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
  receipt      text,
  constraint erasure_pkey primary key (user_id),
  -- A list of values, because a free text could contain the data to be erased.
  constraint erasure_reason_known check (reason in ('requested', 'account_deleted')),
  constraint erasure_rows_not_negative check (rows >= 0),
  constraint erasure_failures_not_negative check (failures >= 0),
  constraint erasure_error_iff_failing check ((failures = 0) = (last_error is null)),
  constraint erasure_failing_iff_pending check (failures = 0 or erased_at is null)
);
create index erasure_tried_at_requested_at_user_id_idx on ops.erasure (tried_at nulls first, requested_at, user_id) where erased_at is null;
comment on table ops.erasure is
  'The erasure barrier: no data of these learners is accepted. Only their ids are kept, permanently. erased_at is null while rows are left.';
comment on column ops.erasure.requested_by is 'The role that asked for it.';
comment on column ops.erasure.tables is 'The number of erased rows by table. rows is their sum.';
comment on column ops.erasure.salt is 'Hides the learner''s id in the receipt: who has both can show whom the receipt is about.';
comment on column ops.erasure.receipt is 'The exact text of the receipt, once all rows are erased.';
comment on column ops.erasure.reason is 'requested: their data. account_deleted: their data and their account.';
comment on column ops.erasure.failures is 'Failed tries in a row. last_error is the last one''s error, tried_at the time of the last try of any kind.';
alter table ops.erasure enable row level security;
create policy erasure_all_nobody on ops.erasure for all to anon, authenticated using (false);

create function private.refuse_absent(p_user uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from ops.erasure e where e.user_id = p_user) then
    perform private.raise_error('erased');
  end if;
  perform private.refuse_moved(p_user);
  perform private.refuse_adopted(p_user);
end
$$;
comment on function private.refuse_absent(uuid) is
  'Raises erased for a learner in ops.erasure, moved for one who lives in another cell, and learner_adopted for an adopted one. The caller holds the learner''s lock.';

create function private.is_present(p_user uuid)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select not exists (select from ops.erasure e where e.user_id = p_user) and not exists (select from learner.adoption a where a.user_id = p_user)
    and private.is_here(p_user)
$$;
comment on function private.is_present(uuid) is 'Whether refuse_absent() lets the learner pass.';

create function private.hold_off_erasures(p_users uuid[])
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_made uuid[];
  v_held uuid[];
begin
  -- 1 Create a state row to lock for learners without one.
  with made as (
    insert into learner.state (user_id)
    select distinct u.id from unnest(p_users) u (id)
    where private.is_present(u.id) and not exists (select from learner.state s where s.user_id = u.id)
    order by u.id
    on conflict do nothing
    returning user_id
  )
  select array_agg(m.user_id) into v_made from made m;

  -- 2 A shared lock that lasts only for the caller's short transaction, because all their batches wait. Busy learners are skipped,
  --   so that they do not delay the others.
  v_held := array(select s.user_id from learner.state s where s.user_id = any (p_users) order by s.user_id for key share skip locked);

  -- 3 Read the barrier in separate statements, so that an erasure that held the lock until now is visible.
  delete from learner.state s where s.user_id = any (v_made) and not private.is_present(s.user_id);
  return array(select h.id from unnest(v_held) h (id) where private.is_present(h.id));
end
$$;
comment on function private.hold_off_erasures(uuid[]) is
  'The learners that are neither busy, nor in ops.erasure, nor adopted, nor in another cell. Their erasure or adoption cannot begin before the transaction ends.';

create function private.only_redact()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Who did what to whom, and when, stays. An erasure may remove only an erased learner's data (before and after) and the address
  -- that the learner called from. The erasure itself is on record.
  if to_jsonb(new) || jsonb_build_object('before', old.before, 'after', old.after, 'source', old.source) is distinct from to_jsonb(old)
    or new.before is not null or new.after is not null
    or (new.source is distinct from old.source and (new.source is not null or old.actor::text is distinct from old.object_id))
    or not exists (select from ops.erasure e where e.user_id::text = old.object_id)
  then
    perform private.raise_error('append_only', 'UPDATE on ops.audit is not allowed, because it would leave no trace.');
  end if;
  return new;
end
$$;
comment on function private.only_redact() is
  'Row trigger: lets before, after and the learner''s own source become null in records of an erased learner. Refuses other updates.';

-- ops.audit is append-only, except for what an erasure removes.
create trigger audit_only_redacted before update on ops.audit
  for each row execute function private.only_redact();
