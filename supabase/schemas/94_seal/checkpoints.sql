-- What:  ops.audit_checkpoint, the root of the audit log at each sealing, and the mark up to which records are sealed.
-- Why:   whoever keeps a checkpoint elsewhere can prove later that the records before it are unchanged (O1).
create table ops.audit_checkpoint (
  size      bigint not null,
  root      bytea not null,
  frontier  bytea[] not null,
  sealed_at timestamptz not null default clock_timestamp(),
  constraint audit_checkpoint_pkey primary key (size),
  constraint audit_checkpoint_size_positive check (size > 0),
  constraint audit_checkpoint_root_has_32_bytes check (octet_length(root) = 32),
  -- One subtree for each 1 in the binary form of the size.
  constraint audit_checkpoint_frontier_fits_size check (cardinality(frontier) = bit_count(size::bit(64)))
);
comment on table ops.audit_checkpoint is 'Append-only. One row per sealing: the number of leaves and the RFC 6962 root over them.';
comment on column ops.audit_checkpoint.frontier is
  'The roots of the complete subtrees that the log consists of, the largest first. The next sealing continues from them.';
alter table ops.audit_checkpoint enable row level security;
create policy audit_checkpoint_all_nobody on ops.audit_checkpoint for all to anon, authenticated using (false);
create trigger audit_checkpoint_append_only before update or delete or truncate on ops.audit_checkpoint
  for each statement execute function private.forbid_change();

create table private.audit_mark (
  id       smallint not null default 1,
  settled  bigint not null default 0,
  next     bigint not null default 0,
  next_xid xid8 not null default '0',
  constraint audit_mark_pkey primary key (id),
  constraint audit_mark_one_row check (id = 1),
  constraint audit_mark_next_follows check (next >= settled)
);
comment on table private.audit_mark is 'One row: which ids of ops.audit can no longer appear unsealed.';
comment on column private.audit_mark.settled is 'All records with an id up to this one are sealed.';
comment on column private.audit_mark.next is 'The next value of settled. It holds once all transactions before next_xid have ended.';
alter table private.audit_mark enable row level security;
create policy audit_mark_all_nobody on private.audit_mark for all to anon, authenticated using (false);
insert into private.audit_mark default values;
create trigger audit_mark_kept before delete or truncate on private.audit_mark
  for each statement execute function private.forbid_change();

create function private.merkle_parent(p_left bytea, p_right bytea)
returns bytea
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select sha256('\x01'::bytea || p_left || p_right)
$$;
comment on function private.merkle_parent(bytea, bytea) is 'The hash of an inner node, as RFC 6962 defines it.';

create function private.merkle_root(p_frontier bytea[])
returns bytea
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_root bytea := p_frontier[cardinality(p_frontier)];
begin
  for i in reverse cardinality(p_frontier) - 1 .. 1 loop
    v_root := private.merkle_parent(p_frontier[i], v_root);
  end loop;
  return coalesce(v_root, sha256(''));
end
$$;
comment on function private.merkle_root(bytea[]) is 'The root of a log with this frontier: the largest complete subtree comes first. Without leaves the hash of nothing.';

create function private.enqueue_checkpoint()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Without an interested endpoint no message is written: there may be one each minute.
  if exists (select from ops.webhook_endpoint e where e.enabled and 'audit.sealed' = any (e.events)) then
    perform private.enqueue_message('audit.sealed', null, new.sealed_at,
      json_build_object('history', private.history(), 'size', new.size, 'root', encode(new.root, 'hex')));
  end if;
  return null;
end
$$;
comment on function private.enqueue_checkpoint() is 'Row trigger: sends a message for each checkpoint, if an endpoint asks for them.';
-- Whoever keeps the messages holds what even the owner of the database can no longer change.
create trigger audit_checkpoint_webhook after insert on ops.audit_checkpoint
  for each row execute function private.enqueue_checkpoint();
