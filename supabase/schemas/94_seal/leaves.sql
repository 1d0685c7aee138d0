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
