-- What:  pg_cron, pg_net and Vault, and whether the address of this project's Edge Functions is configured.
-- Why:   the database starts workers in Edge Functions: through pg_net at once, through pg_cron as a fallback.
--        Publishing and reading pages work without ops.configure_signals().
create extension if not exists supabase_vault with schema vault;
create extension if not exists pg_net with schema extensions;
create extension if not exists pg_cron with schema pg_catalog;

create function private.signals_configured()
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Only the name is read, so that nothing is decrypted.
  select exists (select from vault.secrets s where s.name = 'carrel_functions_url')
$$;
comment on function private.signals_configured() is
  'Whether ops.configure_signals() has stored the functions'' address. Without it nothing writes bundles.';
