-- What:  pg_cron, pg_net and Vault, and whether this project has been told where its own functions are.
-- Why:   workers run in Edge Functions, started by the database: by pg_net at once, by pg_cron for good. A project where
--        ops.configure_signals() was never called publishes and serves pages all the same.
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
  -- By name only: nothing is decrypted for a yes or no.
  select count(*) = 2 from vault.secrets s where s.name in ('carrel_functions_url', 'carrel_functions_key')
$$;
comment on function private.signals_configured() is
  'Whether ops.configure_signals() has said where the functions are; without it nothing writes bundles.';
