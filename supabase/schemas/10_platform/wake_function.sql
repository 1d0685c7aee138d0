-- What:  how the database wakes an Edge Function, and where an operator stores the project's address.
-- Why:   a job can start at commit instead of at its next cron run. A migration must not contain an address.
create function private.keep_secret(p_name text, p_secret text)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := (select s.id from vault.secrets s where s.name = p_name);
begin
  if v_id is null then
    return vault.create_secret(p_secret, p_name);
  end if;
  perform vault.update_secret(v_id, p_secret);
  return v_id;
end
$$;
comment on function private.keep_secret(text, text) is 'Stores a secret in Vault under a name and replaces the previous one.';

create function private.wake_function(p_slug text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_url text;
begin
  perform private.refuse_temporary_objects();
  v_url := (select s.decrypted_secret from vault.decrypted_secrets s where s.name = 'carrel_functions_url');
  if v_url is null then
    return;
  end if;
  -- pg_net sends after the commit. Every role can read its queue, so the request carries no key of the project.
  perform net.http_post(
    url => v_url || '/' || p_slug,
    headers => jsonb_build_object('content-type', 'application/json', 'x-carrel-wake', private.new_wake(p_slug)),
    timeout_milliseconds => 5000);
exception
  -- Waking is optional, because the next cron run finds the work. A publish must not fail here.
  when others then
    raise warning 'carrel: the function % was not woken: % (%)', p_slug, sqlerrm, sqlstate;
end
$$;
comment on function private.wake_function(text) is
  'Calls an Edge Function after the transaction commits, if ops.configure_signals() has stored an address. Never fails.';

create function ops.configure_signals(p_functions_url text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  if p_functions_url is null or p_functions_url !~ '^(https://[^\s/?#@]+|http://(127\.0\.0\.1|localhost):[0-9]+)/functions/v1$' then
    perform private.raise_error('signal_invalid', '`p_functions_url` must be https://<project>.supabase.co/functions/v1, without a slash at the end.', 'p_functions_url');
  end if;
  perform private.keep_secret('carrel_functions_url', p_functions_url);
  perform private.audit('configure_signals', 'vault.secrets', null, null, jsonb_build_object('functions_url', p_functions_url));
end
$$;
comment on function ops.configure_signals(text) is
  'Stores the address of the Edge Functions, at which the database wakes them. Admins.';
