-- Generated from supabase/schemas/94_seal by `npm run generate`. Do not edit.
--
-- What:  the Merkle log over the audit trail: leaves, checkpoints, and the job that seals.
-- Why:   a record of the past that somebody changes, removes or inserts is found (O1).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('audit_seal');
--        delete from ops.job where name in ('audit_seal');
--        drop trigger audit_forgets_salts on ops.audit;
--        drop view ops.audit_export;
--        drop table ops.audit_leaf, ops.audit_checkpoint, private.audit_mark cascade;
--        drop function if exists private.audit_commitment, private.audit_contents, private.audit_record, private.only_forget,
--          private.forget_salts, private.merkle_parent, private.merkle_root, private.enqueue_checkpoint, private.seal_leaves,
--          private.grow_frontier, private.seal_audit, ops.seal_audit, private.audit_line;

select private.revoke_default_grants();

-- Source: schemas/94_seal/leaves.sql
-- What:  ops.audit_leaf, the audit trail as the leaves of a Merkle log, and the texts that are hashed.
-- Why:   a changed, removed, inserted or reordered record changes the root of the log (O1). An erasure removes texts and salts, but no leaf (O5).
create table ops.audit_leaf (
  leaf          bigint not null,
  audit         bigint not null,
  source_salt   bytea,
  source_hash   bytea,
  contents_salt bytea,
  contents_hash bytea,
  hash          bytea not null,
  constraint audit_leaf_pkey primary key (leaf),
  constraint audit_leaf_audit_key unique (audit),
  constraint audit_leaf_leaf_not_negative check (leaf >= 0),
  constraint audit_leaf_hash_has_32_bytes check (octet_length(hash) = 32),
  constraint audit_leaf_source_salt_has_a_hash check (source_salt is null or source_hash is not null),
  constraint audit_leaf_contents_salt_has_a_hash check (contents_salt is null or contents_hash is not null)
);
-- No foreign key to ops.audit: a record that somebody removes is found by its leaf.
comment on table ops.audit_leaf is 'One row per sealed record of ops.audit. leaf counts from 0, without gaps, in the order of sealing.';
comment on column ops.audit_leaf.hash is 'SHA-256 of the byte 0 and private.audit_record(), as RFC 6962 hashes a leaf.';
comment on column ops.audit_leaf.source_hash is 'private.audit_commitment() of the record''s source. Null if the record had none when it was sealed.';
comment on column ops.audit_leaf.contents_hash is 'private.audit_commitment() of private.audit_contents(). Null if the record had neither before nor after when it was sealed.';
comment on column ops.audit_leaf.source_salt is 'Random bytes. Without them nobody can guess the source from its hash. An erasure removes them.';
comment on column ops.audit_leaf.contents_salt is 'Random bytes. Without them nobody can guess the contents from their hash. An erasure removes them.';
alter table ops.audit_leaf enable row level security;
create policy audit_leaf_all_nobody on ops.audit_leaf for all to anon, authenticated using (false);

create function private.audit_commitment(p_salt bytea, p_text text)
returns bytea
language sql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
  -- Padded to whole 256 bytes: the time that hashing takes does not show the exact length of an erased text.
  select sha256(p_salt || convert_to(p_text, 'UTF8') || convert_to(repeat(' ', (256 - octet_length(convert_to(p_text, 'UTF8')) % 256) % 256), 'UTF8'))
$$;
comment on function private.audit_commitment(bytea, text) is
  'SHA-256 of the salt and the text in UTF-8, which is padded with spaces to a multiple of 256 bytes. Null for a null text.';

create function private.audit_contents(p_record ops.audit)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case when p_record.before is not null or p_record.after is not null then
    json_build_object('before', p_record.before, 'after', p_record.after)::text end
$$;
comment on function private.audit_contents(ops.audit) is 'The contents of a record as one text: the state before and after. Null if it has neither.';

create function private.audit_record(p_record ops.audit, p_source_hash bytea, p_contents_hash bytea)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object(
    'id', p_record.id, 'at', to_char(p_record.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', p_record.actor, 'actor_role', p_record.actor_role, 'transaction', p_record.transaction::text,
    'action', p_record.action, 'object', p_record.object, 'object_id', p_record.object_id,
    'source_hash', encode(p_source_hash, 'hex'), 'contents_hash', encode(p_contents_hash, 'hex'))::text
$$;
comment on function private.audit_record(ops.audit, bytea, bytea) is
  'The text of a leaf: who did what to which object and when, and the hashes of its source and contents. An erasure does not change it.';

create function private.only_forget()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_record ops.audit;
begin
  select * into v_record from ops.audit a where a.id = old.audit;
  if to_jsonb(new) || jsonb_build_object('source_salt', old.source_salt, 'contents_salt', old.contents_salt) is distinct from to_jsonb(old)
    or (new.source_salt is distinct from old.source_salt and (new.source_salt is not null or v_record.source is not null))
    or (new.contents_salt is distinct from old.contents_salt
      and (new.contents_salt is not null or v_record.before is not null or v_record.after is not null))
  then
    perform private.raise_error('append_only', 'UPDATE on ops.audit_leaf is not allowed, because it would leave no trace.');
  end if;
  return new;
end
$$;
comment on function private.only_forget() is 'Row trigger: lets a salt become null once its text was erased. Refuses other updates.';

create function private.forget_salts()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Records change only when an erasure removes their texts (audit_only_redacted).
  update ops.audit_leaf l set
    source_salt = case when n.source is not null then l.source_salt end,
    contents_salt = case when n.before is not null or n.after is not null then l.contents_salt end
  from new_rows n where l.audit = n.id;
  return null;
end
$$;
comment on function private.forget_salts() is 'Statement trigger: removes the salts of texts that an erasure has removed.';

create trigger audit_leaf_append_only before delete or truncate on ops.audit_leaf
  for each statement execute function private.forbid_change();
create trigger audit_leaf_only_forgets before update on ops.audit_leaf
  for each row execute function private.only_forget();
create trigger audit_forgets_salts after update on ops.audit referencing new table as new_rows
  for each statement execute function private.forget_salts();

-- Source: schemas/94_seal/checkpoints.sql
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

-- Source: schemas/94_seal/seal.sql
-- What:  ops.seal_audit(), a job that makes leaves of new audit records and a checkpoint over all leaves.
-- Why:   a publish or an import pays nothing for the log. A record can be changed unseen only until the next minute (O1).

create function private.seal_leaves(p_from bigint, p_after bigint, p_records integer)
returns bigint
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  -- A salt is 16 random bytes. gen_random_uuid() has 122 random bits of its 128, and needs no extension.
  with sealed as (
    insert into ops.audit_leaf (leaf, audit, source_salt, source_hash, contents_salt, contents_hash, hash)
    select p_from + s.place - 1, (s.record).id, s.source_salt, s.source_hash, s.contents_salt, s.contents_hash,
      sha256('\x00'::bytea || convert_to(private.audit_record(s.record, s.source_hash, s.contents_hash), 'UTF8'))
    from (
      select r.*, private.audit_commitment(r.source_salt, (r.record).source) as source_hash,
        private.audit_commitment(r.contents_salt, private.audit_contents(r.record)) as contents_hash
      from (
        select a as record, row_number() over (order by a.id) as place,
          case when a.source is not null then uuid_send(gen_random_uuid()) end as source_salt,
          case when a.before is not null or a.after is not null then uuid_send(gen_random_uuid()) end as contents_salt
        from ops.audit a
        where a.id > p_after and not exists (select from ops.audit_leaf l where l.audit = a.id)
        order by a.id
        limit p_records
        offset 0
      ) r
    ) s
    returning 1)
  select count(*) from sealed
$$;
comment on function private.seal_leaves(bigint, bigint, integer) is
  'Makes leaves of at most p_records records with an id above p_after that have none, in the order of their ids. The first is number p_from. Returns their number.';

create function private.grow_frontier(p_frontier bytea[], p_size bigint)
returns bytea[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_frontier bytea[] := p_frontier;
  v_last integer := cardinality(p_frontier);
  v_size bigint := p_size;
  v_rest bigint;
  v_hash bytea;
begin
  for v_hash in select l.hash from ops.audit_leaf l where l.leaf >= p_size order by l.leaf loop
    v_size := v_size + 1;
    -- The leaf completes one subtree for each 0 at the end of the new size in binary form.
    v_rest := v_size;
    while v_rest % 2 = 0 loop
      v_hash := private.merkle_parent(v_frontier[v_last], v_hash);
      v_last := v_last - 1;
      v_rest := v_rest / 2;
    end loop;
    v_last := v_last + 1;
    v_frontier[v_last] := v_hash;
  end loop;
  return v_frontier[1:v_last];
end
$$;
comment on function private.grow_frontier(bytea[], bigint) is
  'The frontier after all leaves from number p_size on. p_frontier is the frontier of the leaves before. As ops.audit_checkpoint.frontier.';

create function private.seal_audit(p_records integer)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- The range of unsealed records is short. On a table without statistics a plan would read it whole.
set enable_seqscan = off
set jit = off
as $$
declare
  v_mark private.audit_mark;
  v_newest bigint;
  v_is_first_write boolean;
  v_have_ended boolean;
  v_size bigint;
  v_frontier bytea[];
  v_count bigint;
begin
  -- 1 One sealing at a time, and none beside an erasure (private.redact_audit()). The statements after the lock see what the sealing before has committed.
  perform pg_advisory_xact_lock(private.audit_log_lock());
  select * into strict v_mark from private.audit_mark;

  -- 2 A record becomes visible later than records with greater ids if its transaction is slow. So unsealed records are looked for from the
  --   settled id on. A transaction takes its number before it takes an id (private.audit()), and this one takes its number only after it has read the
  --   newest id: all ids up to that one belong to transactions with smaller numbers.
  v_is_first_write := pg_current_xact_id_if_assigned() is null;
  select coalesce(max(a.id), 0) into v_newest from ops.audit a;
  -- After a restore into another server numbers start over, and no earlier transaction is left.
  v_have_ended := pg_snapshot_xmin(pg_current_snapshot()) >= v_mark.next_xid or v_mark.next_xid > pg_current_xact_id();

  -- 3 This statement sees all records of the transactions that have ended.
  select c.size, c.frontier into v_size, v_frontier from ops.audit_checkpoint c order by c.size desc limit 1;
  v_size := coalesce(v_size, 0);
  v_count := private.seal_leaves(v_size, v_mark.settled, p_records);

  -- 4 With fewer leaves than asked for, all visible records are sealed.
  if v_count < p_records and v_have_ended then
    v_mark.settled := v_mark.next;
    if v_is_first_write then
      v_mark.next := greatest(v_mark.next, v_newest);
      v_mark.next_xid := pg_current_xact_id();
    end if;
    update private.audit_mark set settled = v_mark.settled, next = v_mark.next, next_xid = v_mark.next_xid;
  end if;

  if v_count > 0 then
    v_frontier := private.grow_frontier(coalesce(v_frontier, '{}'), v_size);
    insert into ops.audit_checkpoint (size, root, frontier) values (v_size + v_count, private.merkle_root(v_frontier), v_frontier);
  end if;
  return v_count;
end
$$;
comment on function private.seal_audit(integer) is 'The core of ops.seal_audit().';

create function ops.seal_audit(p_records integer default 50000)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.seal_audit(private.row_limit('p_records', p_records, 50000, 1000000));
end
$$;
comment on function ops.seal_audit(integer) is
  'Makes leaves of at most p_records new audit records, and a checkpoint over all leaves. Returns the number of new leaves. Admins and a job each minute.';

select private.schedule_job('audit_seal', '* * * * *', '1 minute', 'select ops.seal_audit()');

-- Source: schemas/94_seal/export.sql
-- What:  ops.audit_export, the audit log as lines of JSON for `npm run audit -- export`.
-- Why:   a line holds the texts as the record is now, and the hash as it was sealed. So anybody can verify an export offline (O1).

create function private.audit_line(p_leaf ops.audit_leaf, p_record ops.audit)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object(
    'leaf', p_leaf.leaf, 'hash', encode(p_leaf.hash, 'hex'),
    'record', case when p_record.id is not null then private.audit_record(p_record, p_leaf.source_hash, p_leaf.contents_hash) end,
    'source', p_record.source, 'source_salt', encode(p_leaf.source_salt, 'hex'),
    'contents', private.audit_contents(p_record), 'contents_salt', encode(p_leaf.contents_salt, 'hex'))
$$;
comment on function private.audit_line(ops.audit_leaf, ops.audit) is
  'A leaf and its record as one line of an export. Without a leaf the record is not sealed yet; without a record somebody has removed it.';

create view ops.audit_export with (security_invoker = true) as
select l.leaf, private.audit_line(l, a) as line from ops.audit_leaf l left join ops.audit a on a.id = l.audit
union all
select null, private.audit_line(null, a) from ops.audit a where not exists (select from ops.audit_leaf l where l.audit = a.id);
comment on view ops.audit_export is 'One row per leaf, and one per record that is not sealed yet. For administrators by SQL.';
