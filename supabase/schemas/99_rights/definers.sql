-- What:  own_definers(): gives every security definer to carrel_definer, except the helpers that use a platform schema.
-- Why:   ownership is set in one place, so that no new function is forgotten. A migration that creates a definer ends with this call.

create function private.platform_helpers()
returns setof regprocedure
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- postgres has rights in the platform schemas but cannot grant all of them: a grant of usage on auth, for example, is silently ignored.
  select unnest(array[
    'private.account_of(uuid, uuid)', 'private.account_data(uuid)', 'private.accounts_of_all()', 'private.find_accounts(uuid[], text[])', 'private.open_sessions(uuid)', 'private.unstored_media(text[])', 'private.stored_media()', 'private.broadcast(text, text, jsonb)', 'private.wake_function(text)', 'private.signals_configured()', 'private.new_webhook_secret(uuid)',
    'private.webhook_secrets(uuid, uuid)', 'private.forget_webhook_secret(uuid)']::regprocedure[])
$$;
comment on function private.platform_helpers() is 'The security definers that postgres owns. None of them writes a table of Carrel.';

create function private.own_definers()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_function regprocedure;
begin
  -- A change of owner needs SET ROLE to the new owner, and the new owner needs CREATE on the schema. Both rights end with this call.
  grant carrel_definer to current_user with set true;
  grant create on schema private to carrel_definer;
  for v_function in
    select p.oid from pg_proc p
    where p.pronamespace = 'private'::regnamespace and p.prosecdef and p.proowner <> 'carrel_definer'::regrole
      and p.oid not in (select h from private.platform_helpers() h)
  loop
    execute format('alter function %s owner to carrel_definer', v_function);
  end loop;
  revoke create on schema private from carrel_definer;
  grant carrel_definer to current_user with set false;
end
$$;
comment on function private.own_definers() is 'For migrations: gives every security definer of private to carrel_definer, except private.platform_helpers().';

select private.own_definers();
