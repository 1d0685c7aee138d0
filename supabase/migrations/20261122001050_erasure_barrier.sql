-- What:  ops.erasure: learners whose data was, or is being, erased; and refuse_erased(), which every door asks.
-- Why:   a device that was in a drawer must not bring back what its learner had erased (O5).
-- Locks: none; new objects only.
-- Undo:  drop function private.refuse_erased; drop table ops.erasure.
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
set search_path = ''
as $$
begin
  if exists (select from ops.erasure e where e.user_id = p_user) then
    perform private.raise_error('CR024', 'The data of this learner was erased.');
  end if;
end
$$;
comment on function private.refuse_erased(uuid) is 'Raises erased (CR024) for a learner behind the barrier. Asked under the learner''s lock.';
