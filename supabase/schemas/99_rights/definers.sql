-- What:  own_definers(): every security definer belongs to carrel_definer, except the helpers that reach into a platform schema.
-- Why:   one place says who owns what, so that no new function is forgotten. A migration that makes a definer ends with this call.

create function private.platform_helpers()
returns setof regprocedure
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Of these schemas postgres has the rights, and can't hand on all of them: usage on auth, for one, is silently not granted.
  select unnest(array[
    'private.broadcast(text, text, jsonb)', 'private.wake_function(text)', 'private.signals_configured()', 'private.new_webhook_secret(uuid)',
    'private.webhook_secrets(uuid, uuid)', 'private.forget_webhook_secret(uuid)']::regprocedure[])
$$;
comment on function private.platform_helpers() is 'The security definers that belong to postgres. None of them writes a table of Carrel.';

create function private.own_definers()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_function regprocedure;
begin
  -- To give a function away takes the right to become its new owner, who must be allowed to create there; both end with this call.
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
