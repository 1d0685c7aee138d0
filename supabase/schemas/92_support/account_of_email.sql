-- What:  accounts_of_email(), the accounts with an e-mail address.
-- Why:   carrel_definer has no rights in the schema auth, so postgres owns this one look-up (O2).
create function private.accounts_of_email(p_email text)
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Supabase Auth stores addresses in lower case, and its index is by the stored text. Accounts of single sign-on may share one.
  return query select u.id from auth.users u where u.email = lower(btrim(p_email)) order by u.id limit 20;
end
$$;
comment on function private.accounts_of_email(text) is 'The ids of the accounts with this e-mail address, at most 20. Owned by postgres, as account_of() is.';
