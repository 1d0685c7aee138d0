-- What:  renew_edge_password(), which gives the login role of the Edge Functions a new password.
-- Why:   a password in a statement's text would be kept by logs and pg_stat_statements. A backup does not contain it.

create function ops.renew_edge_password()
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- 244 random bits.
  v_password constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  perform private.require_role('admin');
  execute format('alter role carrel_edge password %L', v_password);
  perform private.audit('renew_edge_password', 'carrel_edge', null, null, null);
  return v_password;
end
$$;
comment on function ops.renew_edge_password() is
  'Gives carrel_edge a new random password and returns it, for the secret CARREL_DB_URL. The previous one ends at once. For SQL consoles.';
