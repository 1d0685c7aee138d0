-- What:  session_opened_at(), whether a learner's token still has its session, and the setting for tokens that name none.
-- Why:   a sign-out must end pushes and pulls at once, not when the token expires (I9).
create table ops.session_setting (
  id                            smallint not null default 1,
  accept_tokens_without_session boolean not null default false,
  sessions_elsewhere            boolean not null default false,
  constraint session_setting_pkey primary key (id),
  constraint session_setting_one_row check (id = 1)
);
comment on table ops.session_setting is 'One row: which access tokens may push and pull.';
comment on column ops.session_setting.accept_tokens_without_session is
  'Whether tokens without the claim `session_id` are accepted. Supabase Auth puts it into every token; another issuer may not. Such a token '
  'cannot be looked up: it pushes and pulls until it expires, whatever happens to its user.';
comment on column ops.session_setting.sessions_elsewhere is
  'Whether the sessions are in another project''s Auth: of the cells, one has the accounts. Then a session cannot be looked up. Its token is accepted until '
  'it expires, also after a sign-out, unless a revocation has ended the session here.';
insert into ops.session_setting default values;

alter table ops.session_setting enable row level security;
create policy session_setting_all_nobody on ops.session_setting for all to anon, authenticated using (false);

create trigger session_setting_audit_update after update on ops.session_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger session_setting_stays before delete or truncate on ops.session_setting
  for each statement execute function private.forbid_change();

create function private.session_opened_at(p_user uuid, p_session uuid)
returns timestamptz
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_session is null then
    return (select 'infinity'::timestamptz from ops.session_setting s where s.accept_tokens_without_session);
  end if;
  if (select s.sessions_elsewhere from ops.session_setting s) then
    return '-infinity';
  end if;
  return (private.account_of(p_user, p_session)).opened_at;
end
$$;
comment on function private.session_opened_at(uuid, uuid) is
  'When the session of a learner''s token was opened. Null: it has ended, or the token has none and the setting refuses it. Infinity: the token '
  'has none and the setting accepts it. Minus infinity: the sessions are in another project.';
