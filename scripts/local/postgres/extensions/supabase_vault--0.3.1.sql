-- What:  Vault's table, view and functions as hosted has them.
-- Why:   addresses and keys that SQL needs are secrets, and are read in the same way here and on hosted.
-- Locks: new objects only.
-- Undo:  drop extension supabase_vault.
--
-- Hosted encrypts with libsodium and a root key that lies outside the database. Here pgcrypto encrypts (AES-256 in
-- CBC mode, authenticated by HMAC-SHA-256) with the key in the file vault.key of the data folder, which initdb.ts makes.
-- A file, not a row or a setting: postgres may read every table, and everybody may read settings.

-- 1. The key. Only a superuser may read a server file, and only the two functions below may call this.
create function vault._root_key() returns bytea
language sql stable set search_path = pg_catalog
as $$ select pg_read_binary_file('vault.key') $$;
revoke execute on function vault._root_key() from public;

create function vault._crypto_aead_det_noncegen() returns bytea
language sql volatile
as $$ select extensions.gen_random_bytes(16) $$;

create function vault._crypto_aead_det_encrypt(
  message bytea, additional bytea, key_id bigint, context bytea default 'pgsodium', nonce bytea default null
) returns bytea
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select extensions.hmac(additional || nonce || c.sealed, vault._root_key(), 'sha256') || c.sealed
    from (select extensions.encrypt_iv(
            message, extensions.digest(vault._root_key() || context, 'sha256'), nonce, 'aes-cbc')) as c (sealed)
$$;
revoke execute on function vault._crypto_aead_det_encrypt(bytea, bytea, bigint, bytea, bytea) from public;

create function vault._crypto_aead_det_decrypt(
  message bytea, additional bytea, key_id bigint, context bytea default 'pgsodium', nonce bytea default null
) returns bytea
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_sealed bytea := substr(message, 33);
begin
  if substr(message, 1, 32) is distinct from extensions.hmac(additional || nonce || v_sealed, vault._root_key(), 'sha256')
  then
    raise exception 'invalid ciphertext' using errcode = '22000';
  end if;
  return extensions.decrypt_iv(
    v_sealed, extensions.digest(vault._root_key() || context, 'sha256'), nonce, 'aes-cbc');
end
$$;
revoke execute on function vault._crypto_aead_det_decrypt(bytea, bytea, bigint, bytea, bytea) from public;

-- 2. Secrets: as they lie on the disk, and as they were given.
create table vault.secrets (
  id          uuid not null default gen_random_uuid(),
  name        text,
  description text not null default '',
  secret      text not null,
  key_id      uuid,
  nonce       bytea default vault._crypto_aead_det_noncegen(),
  created_at  timestamptz not null default current_timestamp,
  updated_at  timestamptz not null default current_timestamp,
  constraint secrets_pkey primary key (id)
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;
comment on table vault.secrets is
  'Table with encrypted `secret` column for storing sensitive information on disk.';

create view vault.decrypted_secrets as
select s.id, s.name, s.description, s.secret,
       convert_from(vault._crypto_aead_det_decrypt(
         message => decode(s.secret, 'base64'), additional => convert_to(s.id::text, 'utf8'),
         key_id => 0, nonce => s.nonce), 'utf8') as decrypted_secret,
       s.key_id, s.nonce, s.created_at, s.updated_at
  from vault.secrets s;

-- 3. Writing them.
create function vault.create_secret(
  new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null
) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_id    uuid := gen_random_uuid();
  v_nonce bytea := vault._crypto_aead_det_noncegen();
begin
  -- The clear text never reaches the table, so that WAL and dead rows don't hold it.
  insert into vault.secrets (id, secret, name, description, nonce)
  values (v_id, encode(vault._crypto_aead_det_encrypt(
      message => convert_to(new_secret, 'utf8'), additional => convert_to(v_id::text, 'utf8'),
      key_id => 0, nonce => v_nonce), 'base64'), new_name, new_description, v_nonce);
  return v_id;
end
$$;

create function vault.update_secret(
  secret_id uuid, new_secret text default null, new_name text default null, new_description text default null,
  new_key_id uuid default null
) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  update vault.secrets s
     set secret = case when new_secret is null then s.secret else encode(vault._crypto_aead_det_encrypt(
           message => convert_to(new_secret, 'utf8'), additional => convert_to(s.id::text, 'utf8'),
           key_id => 0, nonce => s.nonce), 'base64') end,
         name = coalesce(new_name, s.name),
         description = coalesce(new_description, s.description),
         updated_at = now()
   where s.id = secret_id
$$;
revoke execute on function vault.create_secret(text, text, text, uuid) from public;
revoke execute on function vault.update_secret(uuid, text, text, text, uuid) from public;

-- 4. Who may use them.
grant usage on schema vault to postgres with grant option;
grant usage on schema vault to service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets to postgres with grant option;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
grant execute on function vault.create_secret, vault.update_secret, vault._crypto_aead_det_decrypt
  to postgres with grant option;
grant execute on function vault.create_secret, vault.update_secret, vault._crypto_aead_det_decrypt to service_role;
