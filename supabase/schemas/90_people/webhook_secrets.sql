-- What:  the signing secrets of webhooks in Vault: make one, read the active ones, delete one.
-- Why:   carrel_definer has no rights in Vault. Functions that need a secret use these helpers, which postgres owns.

create function private.new_webhook_secret(p_endpoint uuid, out p_id uuid, out p_secret text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_temporary_objects();
  -- Standard Webhooks requires 24 to 64 bytes.
  p_secret := 'whsec_' || encode(extensions.gen_random_bytes(32), 'base64');
  p_id := vault.create_secret(p_secret, format('carrel_webhook_%s_%s', p_endpoint, left(gen_random_uuid()::text, 8)));
end
$$;
comment on function private.new_webhook_secret(uuid) is 'Makes a signing secret and keeps it in Vault.';

create function private.webhook_secrets(p_current uuid, p_previous uuid)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_temporary_objects();
  return (
    select coalesce(json_agg(s.decrypted_secret order by s.id = p_current desc), '[]') from vault.decrypted_secrets s where s.id in (p_current, p_previous));
end
$$;
comment on function private.webhook_secrets(uuid, uuid) is 'The secrets with these ids, the current one first.';

create function private.forget_webhook_secret(p_id uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$ delete from vault.secrets s where s.id = p_id $$;
comment on function private.forget_webhook_secret(uuid) is 'Deletes a signing secret from Vault.';
