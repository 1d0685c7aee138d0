-- What:  ops.erasure: learners whose data was, or is being, erased; and refuse_erased() and hold_off_erasures(), which every door asks.
-- Why:   a device that was in a drawer must not bring back what its learner had erased, and the audit trail must not show it (O5).
create table ops.erasure (
  user_id      uuid not null,
  reason       text not null,
  requested_at timestamptz not null default now(),
  erased_at    timestamptz,
  rows         bigint not null default 0,
  constraint erasure_pkey primary key (user_id),
  -- From a list, since a free text would sooner or later hold what was to be erased.
  constraint erasure_reason_known check (reason in ('requested', 'account_deleted')),
  constraint erasure_rows_not_negative check (rows >= 0)
);
create index erasure_requested_at_idx on ops.erasure (requested_at) where erased_at is null;
comment on table ops.erasure is
  'The barrier: nothing of these learners is taken any more. It holds their id alone, for good; erased_at is null while rows are left.';
comment on column ops.erasure.reason is 'requested: their data; account_deleted: their data and their account.';
alter table ops.erasure enable row level security;
create policy erasure_all_nobody on ops.erasure for all to anon, authenticated using (false);

create function private.refuse_erased(p_user uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from ops.erasure e where e.user_id = p_user) then
    perform private.raise_error('erased');
  end if;
end
$$;
comment on function private.refuse_erased(uuid) is 'Raises erased for a learner behind the barrier. Asked under the learner''s lock.';

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
  -- 1 A row to lock for who has none.
  with made as (
    insert into learner.state (user_id)
    select distinct u.id from unnest(p_users) u (id)
    where not exists (select from ops.erasure e where e.user_id = u.id) and not exists (select from learner.state s where s.user_id = u.id)
    order by u.id
    on conflict do nothing
    returning user_id
  )
  select array_agg(m.user_id) into v_made from made m;

  -- 2 Shared, and for no longer than the caller's statement or two: batches of all of them wait. Who is busy is not waited for, since so
  --   would all others.
  v_held := array(select s.user_id from learner.state s where s.user_id = any (p_users) order by s.user_id for key share skip locked);

  -- 3 The barrier, in statements of their own: an erasure that held the lock until now is seen.
  delete from learner.state s where s.user_id = any (v_made) and exists (select from ops.erasure e where e.user_id = s.user_id);
  return array(select h.id from unnest(v_held) h (id) where not exists (select from ops.erasure e where e.user_id = h.id));
end
$$;
comment on function private.hold_off_erasures(uuid[]) is
  'Those of the learners who are neither busy nor behind the barrier; no erasure of them begins before the transaction ends.';

create function private.only_redact()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Who did what to whom, and when, stays. What of an erased learner it shows may go, and where they called from themselves, and nothing
  -- else; to go too far takes an erasure, which is itself on record.
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
comment on function private.only_redact() is 'Row trigger: lets before, after and an own source of an erased learner''s records become null, and no other update.';

-- ops.audit is append-only but for what an erasure takes out.
create trigger audit_only_redacted before update on ops.audit
  for each row execute function private.only_redact();
