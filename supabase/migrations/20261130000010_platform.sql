-- Generated from supabase/schemas/10_platform by `npm run generate`. Do not edit.
--
-- What:  schemas, roles, errors, audit, history, scheduled jobs, and calls of Edge Functions.
-- Why:   every other area stands on these.
-- Locks: none that anybody waits for: every object is new.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('workers', 'job_runs_prune');
--        delete from ops.job where name in ('workers', 'job_runs_prune');
--        delete from ops.history_anchor where name in ('ops.history');
--        drop table private.error_code, ops.history, ops.history_anchor, ops.audit, private.known_trigger, ops.session_setting, ops.job,
--          ops.wake cascade;
--        drop function if exists private.revoke_default_grants, private.default_content_schema, private.max_batch_events,
--          private.max_batch_bytes, private.max_event_bytes, private.max_json_levels, private.max_adopted_events,
--          private.default_page_rows, private.max_page_rows, private.max_page_bytes, private.max_domains, private.default_list_rows,
--          private.max_list_rows, private.reset_range, private.default_pull_changes, private.max_pull_changes,
--          private.default_poll_after_s, private.is_ulid, private.account_of, private.open_sessions, private.raise_error,
--          private.caller_id, private.caller_session, private.app_role, private.require_role, private.row_limit, private.require_interval,
--          private.list_rows, private.require_reason, private.refusal, private.answer_refusal, private.refuse,
--          private.refuse_temporary_objects, private.shows_large_exponent, private.shows_many_brackets, private.nests_too_deep,
--          private.is_jsonb, private.renew_seed, private.new_seed, private.anchor_history, private.database_fingerprint,
--          private.is_upgrade, private.refuse_during_upgrade, private.is_upgrading, private.history, private.note_put_back,
--          private.watch_put_back, private.audit_source, private.audit_caller, private.audit, private.audit_log_lock, private.audit_change,
--          private.forbid_change, private.watch_table, ops.rotate_history, private.note_triggers, private.missing_triggers,
--          private.restore_triggers, private.session_opened_at, private.hmac_pad, private.scram_verifier, ops.renew_edge_password,
--          private.signals_configured, private.broadcast, private.is_late, private.record_job, private.run_job, private.note_job,
--          private.schedule_job, private.new_wake, private.take_wake, private.silent_workers, private.keep_secret, private.wake_function,
--          ops.configure_signals, ops.check_workers, ops.prune_job_runs;
--        drop type private.account;
--        -- A project from before 30 May 2026: restore its default privileges in the schema public.
--        drop schema content, learner, ops, private;
--        alter default privileges grant execute on functions to public;
--        do $$ begin execute format('revoke temporary on database %I from carrel_definer', current_database()); execute format('grant
--          temporary on database %I to public', current_database()); end $$;
--        drop role carrel_edge, carrel_definer;
--        drop extension pg_cron, pg_net;

-- Source: schemas/10_platform/schemas.sql
-- What:  Carrel's schemas and the login role of the Edge Functions.
-- Why:   clients may call functions in `public`. Tables and definers are in schemas that the API does not expose.

-- The migrations were rewritten before 1.0. The Supabase CLI refuses an older database by itself until its migration history is repaired.
do $$
begin
  if to_regnamespace('learner') is not null and to_regnamespace('content') is not null then
    raise exception using errcode = 'object_not_in_prerequisite_state', message = 'This database was made by the migrations 20261122000100 to '
      '20261122004340 of an earlier Carrel. It cannot be upgraded: push to a new project. Nothing was changed.';
  end if;
end
$$;

create schema content;
comment on schema content is 'Curriculum: drafts that instructors edit, and published, append-only revisions.';
create schema learner;
comment on schema learner is 'Learners'' data: the event ledger and the tables projected from it. Every key starts with user_id.';
create schema ops;
comment on schema ops is 'Running the service: audit, quarantine.';
create schema private;
comment on schema private is 'Functions that check their caller. The API does not expose this schema.';

create extension if not exists "uuid-ossp" with schema extensions;

-- The login role of the Edge Functions. The operator sets its password with `alter role carrel_edge password …`.
-- Its only rights are EXECUTE on a few functions of `private`.
do $$
begin
  if not exists (select from pg_roles where rolname = 'carrel_edge') then
    create role carrel_edge login noinherit;
  end if;
end
$$;
-- Role settings, because the transaction pooler drops session settings.
alter role carrel_edge set statement_timeout = '8s';
alter role carrel_edge set lock_timeout = '2s';
alter role carrel_edge set idle_in_transaction_session_timeout = '10s';

grant usage on schema private to carrel_edge, authenticated, service_role;
grant usage on schema learner to authenticated, service_role;
grant usage on schema content, ops to service_role;

-- Source: schemas/10_platform/default_grants.sql
-- What:  revoke_default_grants(), the first statement of every migration.
-- Why:   a project made before 30 May 2026 grants all rights on new objects of `public` to the API's roles. Every grant of Carrel is explicit,
--        so that old and new projects have the same catalogue.
create function private.revoke_default_grants()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Without `in schema`: PUBLIC's default EXECUTE is not in any schema's list, so it can only be revoked this way.
  alter default privileges revoke all on tables from public, anon, authenticated, service_role;
  alter default privileges revoke all on sequences from public, anon, authenticated, service_role;
  alter default privileges revoke all on functions from public, anon, authenticated, service_role;
  -- A schema's list only adds rights. The owner has all rights without it.
  alter default privileges in schema public, content, learner, ops, private revoke all on tables from public, anon, authenticated, service_role, current_user;
  alter default privileges in schema public, content, learner, ops, private revoke all on sequences from public, anon, authenticated, service_role, current_user;
  alter default privileges in schema public, content, learner, ops, private revoke all on functions from public, anon, authenticated, service_role, current_user;
end
$$;
comment on function private.revoke_default_grants() is
  'For migrations: no role has rights on an object that the migrations'' role creates from now on, unless they are granted. Safe to repeat.';
revoke all on function private.revoke_default_grants() from public, anon, authenticated, service_role;

select private.revoke_default_grants();
-- Old projects may let every role create objects here, and the search path of consoles and jobs includes this schema.
revoke create on schema public from public, anon, authenticated, service_role;

-- Source: schemas/10_platform/definer_role.sql
-- What:  carrel_definer, the role that owns Carrel's security definers, and the rights it gives them.
-- Why:   only these functions write as this role. A person writes as postgres in Studio, a console, a DO block or a function.
--        So `current_user` separates Carrel's writes from edits by hand (O1). 99_rights/definers.sql sets the owners.
do $$
begin
  if not exists (select from pg_roles where rolname = 'carrel_definer') then
    -- bypassrls, because every table has RLS and its policies are for callers of the API.
    create role carrel_definer nologin bypassrls;
  end if;
end
$$;
-- Migrations may replace the role's functions. SET ROLE to this role is not allowed.
grant carrel_definer to current_user with inherit true, set false;

-- Rights in Carrel's own schemas only. Narrow helpers that postgres owns reach the platform schemas (auth, vault, net, realtime, cron).
grant usage on schema content, learner, ops, private to carrel_definer;
alter default privileges in schema content, learner, ops, private grant select, insert, update, delete on tables to carrel_definer;
alter default privileges in schema ops, private grant execute on functions to carrel_definer;

-- Source: schemas/10_platform/limits.gen.sql
-- Generated from client-contract/contract/limits.ts, ids.ts and steering.ts by `npm run generate`. Do not edit.

create function private.default_content_schema() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1; end $$;
create function private.max_batch_events() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 500; end $$;
create function private.max_batch_bytes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 524288; end $$;
create function private.max_event_bytes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 16384; end $$;
create function private.max_json_levels() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 500; end $$;
create function private.max_adopted_events() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 20000; end $$;
create function private.default_page_rows() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1000; end $$;
create function private.max_page_rows() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 2000; end $$;
create function private.max_page_bytes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1048576; end $$;
create function private.max_domains() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 200; end $$;
create function private.default_list_rows() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 100; end $$;
create function private.max_list_rows() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 500; end $$;
create function private.reset_range() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1000001; end $$;
create function private.default_pull_changes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 500; end $$;
create function private.max_pull_changes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1000; end $$;
create function private.default_poll_after_s() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 900; end $$;
create function private.is_ulid(p_text text) returns boolean language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return p_text ~ '^[0-7][0-9A-HJKMNP-TV-Z]{25}$'; end $$;

-- Source: schemas/10_platform/error_codes.sql
-- What:  private.error_code: the error registry, one row for each code.
-- Why:   SQL raises errors and classifies events by code name. The rows are generated from client-contract/contract/errors.ts,
--        the only place where the facts are written.
create table private.error_code (
  code                text not null,
  title               text not null,
  status              smallint,
  sqlstates           text[] not null,
  request_retryable   boolean,
  outcome             text,
  held                boolean,
  event_retryable     boolean,
  event_retry_after_s integer,
  constraint error_code_pkey primary key (code),
  -- ops.quarantine references this pair: its status follows from the code.
  constraint error_code_code_held_key unique (code, held),
  constraint error_code_request_is_complete check ((status is null) = (request_retryable is null)),
  constraint error_code_event_is_complete check (num_nulls(outcome, held, event_retryable) in (0, 3)),
  constraint error_code_outcome_known check (outcome in ('quarantined', 'retry'))
);
comment on table private.error_code is 'The error registry. A code can be the error of a request, of an event, or of both.';
comment on column private.error_code.status is 'The HTTP status of a request with this error. Null: not an error of requests.';
comment on column private.error_code.sqlstates is 'The SQLSTATEs of the error; private.raise_error() uses the first one.';
comment on column private.error_code.outcome is 'The status of an event that is not applied because of this error. Null: not an error of events.';
comment on column private.error_code.held is 'True: the server applies the quarantined event once the missing knowledge arrives. False: the event waits for support.';
comment on column private.error_code.event_retry_after_s is
  'Seconds until a device retries the event. Null: ops.quarantine_setting has the value.';

alter table private.error_code enable row level security;
create policy error_code_all_nobody on private.error_code for all to anon, authenticated using (false);

-- Source: schemas/10_platform/error_codes.gen.sql
-- Generated from client-contract/contract/errors.ts by `npm run generate`. Do not edit.

insert into private.error_code (code, title, status, sqlstates, request_retryable, outcome, held, event_retryable, event_retry_after_s)
values
  ('malformed_request', 'A parameter, a header or the body of the request is missing or invalid.', 400, '{CR044}', false, null, null, null, null),
  ('malformed_batch', 'The batch''s header is missing or invalid.', 400, '{CR020}', false, null, null, null, null),
  ('cursor_invalid', 'The cursor is invalid.', 400, '{CR012}', false, null, null, null, null),
  ('unauthenticated', 'This request needs the access token of a signed-in learner.', 401, '{CR022}', false, null, null, null, null),
  ('session_ended', 'The session of this access token has ended.', 401, '{CR023}', false, null, null, null, null),
  ('token_expired', 'The access token has expired.', 401, '{}', false, null, null, null, null),
  ('device_revoked', 'This device or this session was revoked by its learner or by support.', 403, '{CR082}', false, null, null, null, null),
  ('forbidden', 'Your role does not allow this.', 403, '{CR001}', false, null, null, null, null),
  ('device_unknown', 'This learner has no such device.', 404, '{CR084}', false, null, null, null, null),
  ('not_found', 'There is nothing at this path.', 404, '{CR043}', false, null, null, null, null),
  ('webhook_unknown', 'This webhook endpoint or delivery does not exist.', 404, '{CR060}', false, null, null, null, null),
  ('record_unknown', 'This learner has no such record.', 404, '{CR070}', false, null, null, null, null),
  ('cohort_unknown', 'This cohort does not exist, or you are not one of its instructors.', 404, '{CR090}', false, null, null, null, null),
  ('release_unknown', 'This release does not exist.', 404, '{CR030}', false, null, null, null, null),
  ('schedule_unknown', 'There is no pending schedule with this id.', 404, '{CR031}', false, null, null, null, null),
  ('method_not_allowed', 'This path does not support this method.', 405, '{}', false, null, null, null, null),
  ('body_timeout', 'The body of the request arrived too slowly.', 408, '{}', true, null, null, null, null),
  ('revocations_full', 'This learner has already revoked the most devices that were never seen.', 409, '{CR085}', false, null, null, null, null),
  ('learner_adopted', 'The data of this anonymous learner belongs to an account now.', 409, '{CR050}', false, null, null, null, null),
  ('adoption_refused', 'This learner cannot be adopted.', 409, '{CR051}', false, null, null, null, null),
  ('adoption_erased', 'The data of the anonymous learner was erased.', 409, '{CR054}', false, null, null, null, null),
  ('move_refused', 'This learner cannot be moved.', 409, '{CR056}', false, null, null, null, null),
  ('release_differs', 'The content of this cell differs from the first cell''s.', 409, '{CR058}', false, null, null, null, null),
  ('cells_in_use', 'Learners live in a cell that the new list lacks.', 409, '{CR057}', false, null, null, null, null),
  ('append_only', 'These rows are append-only.', 409, '{CR002}', false, null, null, null, null),
  ('wrong_isolation', 'This needs a READ COMMITTED transaction.', 409, '{CR003}', false, null, null, null, null),
  ('drafts_moved', 'The drafts have changed since the preview.', 409, '{CR004}', false, null, null, null, null),
  ('release_needs_force', 'This release would withdraw a large share of the content.', 409, '{CR006}', false, null, null, null, null),
  ('webhook_rotating', 'The previous signing secret stays active during rotation.', 409, '{CR061}', false, null, null, null, null),
  ('cohort_name_taken', 'Another cohort has this name.', 409, '{CR091}', false, null, null, null, null),
  ('nothing_to_publish', 'The drafts are the same as the newest release.', 409, '{CR032}', false, null, null, null, null),
  ('history_changed', 'The server''s history has changed.', 410, '{CR010}', false, null, null, null, null),
  ('cursor_ahead', 'The cursor is ahead of the server.', 410, '{CR011}', false, null, null, null, null),
  ('erased', 'The data of this learner was erased.', 410, '{CR024}', false, null, null, null, null),
  ('cursor_too_old', 'The changes since this version are no longer kept.', 410, '{CR041}', false, null, null, null, null),
  ('batch_too_large', 'The batch has too many events.', 413, '{CR021}', false, null, null, null, null),
  ('payload_too_large', 'The body is too large.', 413, '{CR026}', false, null, null, null, null),
  ('adoption_too_large', 'This learner has too many events for an adoption by a device.', 413, '{CR052}', false, null, null, null, null),
  ('unsupported_media_type', 'This content type is not supported.', 415, '{}', false, null, null, null, null),
  ('unsupported_encoding', 'This content encoding is not supported.', 415, '{}', false, null, null, null, null),
  ('moved', 'This learner lives in another cell.', 421, '{CR086}', true, null, null, null, null),
  ('adoption_proof_invalid', 'The proof of the anonymous session is invalid or has expired.', 422, '{CR053}', false, null, null, null, null),
  ('export_invalid', 'This is not an export of erasures.', 422, '{CR025}', false, null, null, null, null),
  ('release_invalid', 'The drafts cannot be published as they are.', 422, '{CR005}', false, null, null, null, null),
  ('support_invalid', 'A parameter is missing or invalid.', 422, '{CR071}', false, null, null, null, null),
  ('signal_invalid', 'A setting of webhooks or hints is missing or invalid.', 422, '{CR062}', false, null, null, null, null),
  ('upgrade_required', 'This version of the app is no longer served.', 426, '{CR040}', false, null, null, null, null),
  ('rate_limited', 'This learner has reached the rate limit.', 429, '{CR083}', true, null, null, null, null),
  ('internal', 'Something went wrong on the server.', 500, '{}', true, 'quarantined', false, false, null),
  ('behind', 'This server has not reached the requested token yet.', 503, '{CR080}', true, null, null, null, null),
  ('paused', 'Syncing is paused.', 503, '{CR081}', true, null, null, null, null),
  ('busy', 'Another request of this learner is still running.', 503, '{55P03}', true, null, null, null, null),
  ('overloaded', 'The server is overloaded.', 503, '{57014,53300,40001,40P01,25006}', true, null, null, null, null),
  ('too_large', 'The event is larger than 16 KiB.', null, '{}', null, 'quarantined', false, false, null),
  ('invalid_json', 'The line is not JSON that PostgreSQL can store.', null, '{}', null, 'quarantined', false, false, null),
  ('invalid_event', 'A field of the event is missing or invalid.', null, '{}', null, 'quarantined', false, false, null),
  ('wrong_learner', 'The event belongs to another learner than the access token.', null, '{}', null, 'retry', false, true, 3600),
  ('unknown_type', 'The server does not know this event type yet.', null, '{}', null, 'quarantined', true, false, null),
  ('unknown_version', 'The server does not know this version of the event type yet.', null, '{}', null, 'quarantined', true, false, null),
  ('unknown_content', 'The server does not know the content that the event names yet.', null, '{}', null, 'quarantined', true, false, null),
  ('unknown_reset', 'The server does not know the correction that the event counts its resets from yet.', null, '{}', null, 'quarantined', true, false, null),
  ('quarantine_full', 'This learner''s quarantine is full.', null, '{}', null, 'retry', false, true, null),
  ('daily_limit', 'The server has stored as much for this learner today as it accepts in a day.', null, '{}', null, 'retry', false, true, null),
  ('id_conflict', 'Another event with this id was accepted before.', null, '{}', null, 'quarantined', false, false, null);

-- Source: schemas/10_platform/account.sql
-- What:  account_of(), the account and the session behind a token, as they are now, and open_sessions().
-- Why:   a token's claims are up to an hour old. Someone who was signed out, banned, deleted or lost their role still holds it (I9).
create type private.account as (opened_at timestamptz, app_role text, is_anonymous boolean);
comment on type private.account is
  'An account. opened_at is when the session was opened; null if it has ended, or if the account is banned or deleted.';

create function private.account_of(p_user uuid, p_session uuid)
returns private.account
language plpgsql -- rather than sql, which plans at every call
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account private.account;
begin
  select
    (select coalesce(s.created_at, '-infinity') from auth.sessions s
     where s.id = p_session and s.user_id = u.id and coalesce(s.not_after, 'infinity') > clock_timestamp()
       and u.deleted_at is null and coalesce(u.banned_until, '-infinity') <= clock_timestamp()),
    coalesce(u.raw_app_meta_data ->> 'role', 'learner'), u.is_anonymous
  into v_account
  from auth.users u
  where u.id = p_user;
  return v_account;
end
$$;
comment on function private.account_of(uuid, uuid) is
  'The account of a user with one of its sessions. Null without an account. Owned by postgres, because carrel_definer has no rights in the schema auth.';

create function private.open_sessions(p_user uuid)
returns uuid[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(select s.id from auth.sessions s where s.user_id = p_user);
end
$$;
comment on function private.open_sessions(uuid) is 'The ids of a user''s sessions. Owned by postgres, as account_of() is.';

-- Source: schemas/10_platform/errors.sql
-- What:  how SQL raises an error of the registry, and how SQL reads the caller's user and role.
-- Why:   callers tell errors apart by SQLSTATE, never by text.

create function private.raise_error(p_code text, p_detail text default null, p_info text default null, p_retry_after_s integer default null)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sqlstate text;
  v_title text;
begin
  select e.sqlstates[1], e.title into strict v_sqlstate, v_title from private.error_code e where e.code = p_code;
  raise exception using errcode = v_sqlstate, message = coalesce(p_detail, v_title), detail = coalesce(p_info, ''),
    hint = coalesce(p_retry_after_s::text, '');
end
$$;
comment on function private.raise_error(text, text, text, integer) is
  'Raises an error of the registry by its code. MESSAGE is p_detail, a sentence about this occurrence, or else the code''s title. '
  'DETAIL is p_info, a value for programs. HINT is the number of seconds to wait before a retry.';

create function private.caller_id()
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
comment on function private.caller_id() is
  'The user of the caller''s token; null without a token. Definers use it instead of auth.uid(), because carrel_definer has no rights in the schema auth.';

create function private.caller_session()
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Another issuer's id may be no uuid. It then is no session of Supabase Auth.
  select case when pg_input_is_valid(c.session, 'uuid') then c.session::uuid end
  from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'session_id') c (session)
$$;
comment on function private.caller_session() is 'The session of the caller''s token; null if the token names none.';

create function private.app_role()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Only the service writes app_metadata. Users can write user_metadata, so it grants nothing.
  select coalesce(
    nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'app_metadata' ->> 'role', 'learner')
$$;
comment on function private.app_role() is
  'The caller''s role in the app: learner, instructor, support or admin, from the token''s app_metadata.';

create function private.require_role(variadic p_roles text[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims text := nullif(current_setting('request.jwt.claims', true), '');
  v_account private.account;
begin
  -- SQL consoles and Studio carry no claims. Their database role has these rights anyway.
  if v_claims is null and session_user <> 'authenticator' then
    return;
  end if;
  if v_claims::jsonb ->> 'role' = 'service_role' then
    return;
  end if;
  if v_claims::jsonb ->> 'role' = 'authenticated' and private.app_role() = any (p_roles) then
    -- The token was issued up to an hour ago. A token without a session gives no power, because nobody could take it back.
    v_account := private.account_of(private.caller_id(), private.caller_session());
    if v_account.opened_at is null then
      perform private.raise_error('session_ended');
    end if;
    if v_account.app_role = any (p_roles) then
      return;
    end if;
  end if;
  perform private.raise_error('forbidden', format('This needs the role %s.', array_to_string(p_roles, ' or ')));
end
$$;
comment on function private.require_role(text[]) is
  'Passes for SQL consoles, the service role, and users whose token and account have one of these app roles. Raises forbidden otherwise, '
  'and session_ended if the session has ended, or if the account is banned or deleted.';

create function private.row_limit(p_name text, p_rows integer, p_default integer, p_most integer)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_rows not between 1 and p_most then
    perform private.raise_error('malformed_request', format('`%s` must be a whole number from 1 to %s.', p_name, p_most), p_name);
  end if;
  return coalesce(p_rows, p_default);
end
$$;
comment on function private.row_limit(text, integer, integer, integer) is
  'The row limit of a page, or the default. A limit outside the range raises malformed_request with the parameter''s name.';

create function private.require_interval(p_name text, p_value interval, p_least interval default '-100 years', p_most interval default '100 years')
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Without a limit, a time that far away is out of PostgreSQL's range.
  if (p_value between p_least and p_most) is not true then
    perform private.raise_error('malformed_request', format('`%s` must be an interval from %s to %s.', p_name, p_least, p_most), p_name);
  end if;
end
$$;
comment on function private.require_interval(text, interval, interval, interval) is
  'Raises malformed_request with the parameter''s name if an interval is null or out of its range.';

create function private.list_rows(p_rows integer)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return least(greatest(coalesce(p_rows, private.default_list_rows()), 1), private.max_list_rows());
end
$$;
comment on function private.list_rows(integer) is 'The row limit of a list for people, or the default. A limit outside the range becomes the nearest one inside.';

grant execute on function private.app_role() to authenticated, service_role;

-- Source: schemas/10_platform/reason.sql
-- What:  require_reason(), the check of the reason that staff give for a look or a decision.
-- Why:   the audit must say why somebody has read or changed a learner's data (O1, O2).

create function private.require_reason(p_reason text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(length(btrim(p_reason)), 0) not between 1 and 500 then
    perform private.raise_error('support_invalid', '`reason` is required, with at most 500 characters.', 'reason');
  end if;
end
$$;
comment on function private.require_reason(text) is 'Raises support_invalid if the reason is missing or longer than 500 characters.';

-- Source: schemas/10_platform/refusals.sql
-- What:  how an RPC answers that a request can succeed later, or that its token is not accepted.
-- Why:   PostgREST answers a raised error with 400 or 500, without Retry-After. So every function of public passes its errors to
--        private.refuse() (U8).

create function private.refusal(p_code text, p_detail text, p_info text, p_least integer, out status integer, out headers json, out body json)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Spread like the functions' answers (_shared/problem.ts), so that a thousand refused clients do not retry at once.
  v_wait constant text := p_least + floor(random() * greatest(5, p_least / 4.0))::integer;
  v_error private.error_code;
begin
  select * into strict v_error from private.error_code e where e.code = p_code;
  status := v_error.status;
  headers := case
    when v_error.status = 401 then '{"WWW-Authenticate": "Bearer"}'::json
    else json_build_object('Retry-After', v_wait)
  end;
  body := json_build_object('code', v_error.sqlstates[1], 'message', coalesce(p_detail, v_error.title), 'details', p_info, 'hint', v_wait);
end
$$;
comment on function private.refusal(text, text, text, integer) is
  'The answer of an RPC for a retryable error or a refused token, in the form of PostgREST''s errors. p_least: the least number of seconds to wait. '
  'The hint has the same number of seconds as Retry-After, because supabase-js does not expose headers.';

create function private.answer_refusal(p_refused json)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refusal constant record := private.refusal(
    p_refused ->> 'code', p_refused ->> 'detail', p_refused ->> 'retry_after_s', (p_refused ->> 'retry_after_s')::integer);
begin
  perform set_config('response.status', v_refusal.status::text, true),
    set_config('response.headers', json_build_array(v_refusal.headers)::text, true);
  return v_refusal.body;
end
$$;
comment on function private.answer_refusal(json) is
  'A refusal {code, retry_after_s} as an RPC returns it. Returned and not raised, so that the transaction commits and the refusal is counted.';

create function private.refuse(p_sqlstate text, p_message text, p_wait text default null)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Only Carrel's own errors have texts and hints for callers.
  v_is_ours constant boolean := p_sqlstate ^@ 'CR';
  v_wait constant integer := case when v_is_ours then nullif(p_wait, '') end;
  v_error private.error_code;
  v_refusal record;
begin
  -- SQL consoles and the command line get the error as it is.
  if session_user <> 'authenticator' then
    return;
  end if;
  select * into v_error from private.error_code e
  where p_sqlstate = any (e.sqlstates) and (e.request_retryable or e.status = 401);
  if not found then
    return;
  end if;
  v_refusal := private.refusal(v_error.code, case when v_is_ours then p_message end, v_wait::text,
    case when v_error.request_retryable then coalesce(v_wait, 1) end);
  -- PostgREST takes the whole answer from an error with this SQLSTATE.
  raise exception using errcode = 'PGRST', message = v_refusal.body::text,
    detail = json_build_object('status', v_refusal.status, 'headers', v_refusal.headers)::text;
end
$$;
comment on function private.refuse(text, text, text) is
  'For the exception handler of a function of public: raises a retryable error, or one about the token, again with its status and Retry-After '
  '(401: WWW-Authenticate). Among them are timeouts, deadlocks and failed locks. Returns for all other errors, and outside of PostgREST. '
  'p_wait: the error''s hint, which is a number of seconds in Carrel''s own errors.';

grant execute on function private.refuse(text, text, text) to authenticated, service_role;

-- Source: schemas/10_platform/temporary_objects.sql
-- What:  only Carrel's definers and the database's owner create temporary objects. Calls of platform functions refuse foreign ones.
-- Why:   a caller can create a type or a table in its session's pg_temp. PostgreSQL finds it before all others for names without a schema,
--        unless the search path names pg_catalog before pg_temp. A definer that finds it runs the caller's code with the definer's rights.
do $$
begin
  execute format('revoke temporary on database %I from public', current_database());
  -- Publishing collects its candidate in temporary tables.
  execute format('grant temporary on database %I to carrel_definer', current_database());
end
$$;

create function private.refuse_temporary_objects()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Carrel's functions pin pg_catalog before pg_temp. A function of the platform may have an empty path, or one without pg_temp.
  if pg_my_temp_schema() <> 0 and exists (
    select from (
      select c.relowner from pg_class c where c.relnamespace = pg_my_temp_schema()
      union all
      select t.typowner from pg_type t where t.typnamespace = pg_my_temp_schema()
    ) planted (owner)
    join pg_roles r on r.oid = planted.owner
    where not r.rolsuper and r.rolname not in (current_user, 'carrel_definer'))
  then
    perform private.raise_error('forbidden', 'Temporary objects of another role are in this session.');
  end if;
end
$$;
comment on function private.refuse_temporary_objects() is
  'Raises forbidden if another role has temporary tables or types in this session. Helpers call it before they call a function of the platform, '
  'which could find these objects by their names.';

-- Source: schemas/10_platform/json_text.sql
-- What:  is_jsonb(), which checks whether a client's text can be cast to jsonb.
-- Why:   a cast that raises fails the whole statement, and some valid JSON is too expensive to process.

create function private.shows_large_exponent(p_text text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A number comes at the start or after one of these characters. Strings from devices rarely match.
  return p_text ~ '(^|[:,\[ \t\r\n])-?[0-9.]+[eE][+-]?[0-9]{2}';
end
$$;
comment on function private.shows_large_exponent(text) is
  'Whether JSON may contain an exponent that private.is_jsonb() rejects. Never false if it does; rarely true if it does not.';

create function private.shows_many_brackets(p_text text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return octet_length(p_text) - octet_length(translate(p_text, '[{', '')) > private.max_json_levels();
end
$$;
comment on function private.shows_many_brackets(text) is 'Whether JSON may nest deeper than private.is_jsonb() allows. Never false if it does.';

create function private.nests_too_deep(p_text text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The brackets that are not in a string.
  v_brackets text := translate(
    regexp_replace(regexp_replace(p_text, '"([^"\\]|\\.)*"', '', 'g'), '[^][{}]+', '', 'g'), '[]{}', '()()');
begin
  -- Each turn closes the innermost level. 16 KiB of brackets take 10 ms.
  for v_level in 1..private.max_json_levels() loop
    exit when v_brackets = '';
    v_brackets := replace(v_brackets, '()', '');
  end loop;
  return v_brackets <> '';
end
$$;
comment on function private.nests_too_deep(text) is
  'Whether JSON nests deeper than clients can read; true as well if its brackets do not match. A cast of 16,300 levels would exhaust the stack '
  '(2 MB) and raise. client-contract/contract/jsonb.ts has the same rule.';

create function private.is_jsonb(p_text text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.shows_many_brackets(p_text) and private.nests_too_deep(p_text) then
    return false;
  end if;
  return pg_input_is_valid(p_text, 'jsonb')
    -- A number is written out: 1e131000 is 5 bytes as jsonb and 131 kB as text, and 16 KiB of 1e99 were 325 kB in every answer. So exponents have
    -- at most two digits, and those of two digits add up to at most 4096 in a text. The first test is cheap. Strings are removed only if a number may be too large.
    and (not private.shows_large_exponent(p_text) or (
      select coalesce(bool_and(length(e.digits) <= 2), true) and coalesce(sum(left(e.digits, 2)::integer), 0) <= 4096
      from regexp_matches(regexp_replace(p_text, '"([^"\\]|\\.)*"', '', 'g'), '[eE][+-]?0*([1-9][0-9]+)', 'g') m (match)
      cross join lateral (select m.match[1] as digits) e));
end
$$;
comment on function private.is_jsonb(text) is 'Whether a text can be cast to jsonb; never raises.';

-- Source: schemas/10_platform/history.sql
-- What:  the history id, which identifies one continuous life of the database. It is part of every cursor, ETag and cache key.
-- Why:   after a restore from backup, cursors of the lost period look valid but are not.
create table ops.history (
  singleton     boolean not null default true,
  seed          uuid not null default gen_random_uuid(),
  rotated_at    timestamptz not null default now(),
  kept_id       text,
  kept_for      text,
  upgrade_until timestamptz,
  constraint history_pkey primary key (singleton),
  constraint history_singleton check (singleton),
  constraint history_kept_is_whole check ((kept_id is null) = (kept_for is null)),
  constraint history_upgrade_keeps_an_id check (upgrade_until is null or kept_id is not null)
);
comment on table ops.history is
  'One row. history() combines its seed with the cluster''s identifier and timeline, so a restore changes the history.';
comment on column ops.history.kept_id is 'The history of the fingerprint kept_for. A declared upgrade keeps it.';
comment on column ops.history.upgrade_until is 'The end of a declaration by ops.expect_upgrade().';
alter table ops.history enable row level security;
create policy history_all_nobody on ops.history for all to anon, authenticated using (false);

create table ops.history_anchor (
  name text not null,
  oid  oid not null,
  constraint history_anchor_pkey primary key (name)
);
comment on table ops.history_anchor is
  'Tables whose object id belongs to this life of the database. A dump contains the number, but a restored table has another id. '
  'VACUUM FULL, REINDEX, pg_repack, ALTER TABLE and pg_upgrade keep it.';
alter table ops.history_anchor enable row level security;
create policy history_anchor_all_nobody on ops.history_anchor for all to anon, authenticated using (false);

create function private.renew_seed()
returns void
language sql
volatile
security definer -- the write of a trigger or an operation is not an edit by hand
set search_path = pg_catalog, pg_temp
as $$
  update ops.history set seed = gen_random_uuid(), rotated_at = now(), kept_id = null, kept_for = null, upgrade_until = null where singleton
$$;
comment on function private.renew_seed() is 'Begins another history.';

create function private.new_seed()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'TRUNCATE' then
    perform private.renew_seed();
    return null;
  end if;
  new.seed := gen_random_uuid();
  new.kept_id := null;
  new.kept_for := null;
  new.upgrade_until := null;
  return new;
end
$$;
comment on function private.new_seed() is
  'Trigger: a row of history that is loaded from a dump gets another seed, and so does the row when a table of the ledger or of releases is emptied.';

-- Always, because a restore of data alone sets session_replication_role to replica.
create trigger history_new_seed before insert on ops.history for each row execute function private.new_seed();
alter table ops.history enable always trigger history_new_seed;
insert into ops.history default values;

create function private.anchor_history(p_table regclass)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := (select c.relname from pg_class c where c.oid = p_table);
begin
  insert into ops.history_anchor (name, oid) values (p_table::text, p_table::oid)
  on conflict (name) do update set oid = excluded.oid;
  execute format('create trigger %I after truncate on %s for each statement execute function private.new_seed()', v_name || '_emptied', p_table);
  execute format('alter table %s enable always trigger %I', p_table, v_name || '_emptied');
end
$$;
comment on function private.anchor_history(regclass) is
  'For migrations: the history changes when this table is made anew or emptied. A migration that renames the table updates ops.history_anchor.';

create function private.database_fingerprint()
returns text
language plpgsql -- rather than sql, which plans at every call: 25 us instead of 200, three times per sync
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- 1 A logical restore into another cluster shows by the cluster's identifier, a physical restore by its timeline. The timeline
  --   comes from the name of the current WAL file. The control file's is stale until the first checkpoint after a restore, so only
  --   a standby, which writes no WAL, reads it there.
  -- 2 A copy from a template shows by the database's id.
  -- 3 A logical restore into the same database shows by tables whose id is not the recorded one. Usually there are none, so a
  --   migration may add anchors.
  -- Calls in a select list take a third less time than calls in FROM, which fill a table first.
  return (pg_control_system()).system_identifier::text || '.' || case
      when pg_is_in_recovery() then lpad(to_hex((pg_control_checkpoint()).timeline_id), 8, '0')
      else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
    end || '.' || (select d.oid from pg_database d where d.datname = current_database())::text
    || coalesce((
      select string_agg('.' || a.name || '=' || coalesce(to_regclass(a.name)::oid::text, ''), '' order by a.name)
      from ops.history_anchor a where to_regclass(a.name)::oid is distinct from a.oid), '');
end
$$;
comment on function private.database_fingerprint() is
  'The cluster''s identifier, its timeline and the database''s id, and the anchors that were made anew. Whatever ends this life of the database changes it.';

create function private.is_upgrade(p_before text, p_after text)
returns boolean
language plpgsql -- rather than sql, which plans at every call
immutable strict -- so that it does not run where no upgrade is expected
set search_path = pg_catalog, pg_temp
as $$
begin
  -- pg_upgrade makes a cluster with another identifier on timeline 1, and keeps the ids of databases and tables.
  return split_part(p_after, '.', 1) <> split_part(p_before, '.', 1) and split_part(p_after, '.', 2) = '00000001'
    and regexp_replace(p_after, '^\w+\.\w+', '') = regexp_replace(p_before, '^\w+\.\w+', '');
end
$$;
comment on function private.is_upgrade(text, text) is 'Whether two fingerprints differ as those before and after pg_upgrade do.';

create function private.refuse_during_upgrade()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A backup that contains the declaration counts as the database after the upgrade. So nothing may be written after the declaration that
  -- a restore could lose.
  if private.is_upgrading() then
    perform private.raise_error('paused', 'The service is being upgraded.', '60', 60);
  end if;
end
$$;
comment on function private.refuse_during_upgrade() is 'Raises paused while a declared upgrade is expected.';

create function private.is_upgrading()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (select from ops.history h where h.upgrade_until > clock_timestamp());
end
$$;
comment on function private.is_upgrading() is 'Whether a declared upgrade is expected. Jobs that write learners'' rows or releases wait.';

create function private.history()
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fingerprint constant text := private.database_fingerprint();
  v_history ops.history;
begin
  select h.* into v_history from ops.history h;
  if v_history.kept_for = v_fingerprint
    or v_history.upgrade_until > now() and private.is_upgrade(v_history.kept_for, v_fingerprint) then
    return v_history.kept_id;
  end if;
  return left(encode(sha256(convert_to(v_history.seed::text || v_fingerprint, 'UTF8')), 'hex'), 16);
end
$$;
comment on function private.history() is
  '16 hex digits that change when the database is restored or cloned, and when ops.rotate_history() is called.';

select private.anchor_history('ops.history');

-- Source: schemas/10_platform/put_back.sql
-- What:  watch_put_back(), the triggers that notice rows of a backup that are loaded into a table that stays.
-- Why:   a restore of data alone, perhaps of one month, loses what came after it, but no object id changes (I11).

create function private.note_put_back()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Restores set this, and so does nobody who writes rows day by day. `alter table … enable trigger all` makes the trigger run always.
  if current_setting('session_replication_role') = 'replica' and exists (select from ops.history h where h.rotated_at <> now()) then
    perform private.renew_seed();
  end if;
  return null;
end
$$;
comment on function private.note_put_back() is 'Trigger: begins another history, once in a transaction, when a restore writes rows.';

create function private.watch_put_back(p_table regclass)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := (select c.relname from pg_class c where c.oid = p_table);
begin
  -- For rows, because a dump is loaded partition by partition. It costs nothing while the role is not `replica`.
  execute format('create trigger %I after insert or update or delete on %s for each row execute function private.note_put_back()', v_name || '_put_back', p_table);
  execute format('alter table %s enable replica trigger %I', p_table, v_name || '_put_back');
  if not exists (select from pg_trigger t where t.tgrelid = p_table and t.tgname = v_name || '_emptied') then
    execute format('create trigger %I after truncate on %s for each statement execute function private.new_seed()', v_name || '_emptied', p_table);
    execute format('alter table %s enable always trigger %I', p_table, v_name || '_emptied');
  end if;
end
$$;
comment on function private.watch_put_back(regclass) is
  'For migrations: the history changes when a session with `session_replication_role = replica` writes rows of this table, and when the table is emptied.';

-- Source: schemas/10_platform/audit.sql
-- What:  ops.audit, the append-only trail of content changes and operations, and its triggers.
-- Why:   every change can be traced: who, what, when, from where, before and after (O1).
create table ops.audit (
  id          bigint generated always as identity,
  at          timestamptz not null default clock_timestamp(),
  actor       uuid,
  actor_role  text not null,
  source      text,
  transaction xid8 not null default pg_current_xact_id(),
  action      text not null,
  object      text not null,
  object_id   text,
  before      jsonb,
  after       jsonb,
  constraint audit_pkey primary key (id),
  constraint audit_source_short check (length(source) <= 400)
);
comment on table ops.audit is 'Append-only. One row per changed content row and per operation or support look-up.';
comment on column ops.audit.actor is 'The user of the token. Null for SQL consoles and jobs; actor_role names those.';
comment on column ops.audit.source is
  'Where the call came from: the login role and the address of its connection, as the database knows them. After `caller says:`, what the caller controls: '
  'the forwarded address, or else the name of the application; at most 200 characters.';
-- Collation "C", because ids need no language's order. The default collation took a quarter of the audit of a large import.
-- Look-ups must name the same collation.
create index audit_object_id_at_id_idx on ops.audit (object_id collate "C", at, id);
alter table ops.audit enable row level security;
create policy audit_all_nobody on ops.audit for all to anon, authenticated using (false);

create function private.audit_source()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(' ', session_user, 'at ' || coalesce(host(inet_client_addr()), 'this machine'), 'caller says: ' || nullif(regexp_replace(left(
    coalesce(case when h.headers is json object then h.headers::jsonb ->> 'x-forwarded-for' end, current_setting('application_name', true)), 200),
    '[[:cntrl:]]', '?', 'g'), ''))
  from (select current_setting('request.headers', true)) h (headers)
$$;
comment on function private.audit_source() is
  'Where the call came from. What the caller controls comes last, cut to 200 characters and without control characters.';

create function private.audit_caller(out actor uuid, out actor_role text, out source text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    private.caller_id(),
    coalesce(nullif(nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role', ''), 'authenticated'),
      case when private.caller_id() is null then session_user::text else private.app_role() end),
    private.audit_source()
$$;
comment on function private.audit_caller() is 'The caller: user, role and source, as in the columns of ops.audit.';

create function private.audit(
  p_action text, p_object text, p_object_id text default null, p_before jsonb default null, p_after jsonb default null)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into ops.audit (actor, actor_role, source, action, object, object_id, before, after)
  select c.actor, c.actor_role, c.source, p_action, p_object, p_object_id, p_before, p_after from private.audit_caller() c
  -- The transaction takes its number before the row takes its id, as in a trigger after a write. private.seal_audit() relies on it.
  where pg_current_xact_id() is not null
$$;
comment on function private.audit(text, text, text, jsonb, jsonb) is
  'Writes one audit row for an operation that triggers do not see.';

create function private.audit_log_lock()
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select hashtextextended('carrel.seal_audit', 0) $$;
comment on function private.audit_log_lock() is
  'The advisory lock of the audit log: a sealing takes it alone, and transactions that remove texts from records share it.';

create function private.audit_change()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_object constant text := tg_table_schema || '.' || tg_table_name;
  v_caller record;
begin
  -- A statement trigger with transition tables reads the caller once. One call of private.audit() per row took 1.0 s
  -- for an import of 50,000 rows.
  select * into v_caller from private.audit_caller();
  case tg_op
    when 'INSERT' then
      insert into ops.audit (actor, actor_role, source, action, object, object_id, after)
      select v_caller.actor, v_caller.actor_role, v_caller.source, 'insert', v_object, n.id::text, to_jsonb(n) from new_rows n;
    when 'UPDATE' then
      -- A changed id is audited as a delete of the old id and an insert of the new one.
      insert into ops.audit (actor, actor_role, source, action, object, object_id, before, after)
      select v_caller.actor, v_caller.actor_role, v_caller.source,
        case when o.id is null then 'insert' when n.id is null then 'delete' else 'update' end,
        v_object, coalesce(o.id, n.id)::text, to_jsonb(o), to_jsonb(n)
      from old_rows o full join new_rows n on n.id = o.id
      where to_jsonb(o) is distinct from to_jsonb(n);
    when 'DELETE' then
      insert into ops.audit (actor, actor_role, source, action, object, object_id, before)
      select v_caller.actor, v_caller.actor_role, v_caller.source, 'delete', v_object, o.id::text, to_jsonb(o) from old_rows o;
  end case;
  return null;
end
$$;
comment on function private.audit_change() is 'Statement trigger: audits each row of a table with an id column.';

create function private.forbid_change()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.raise_error('append_only', format('%s on %s.%s is not allowed, because it would leave no trace.', tg_op, tg_table_schema, tg_table_name));
  return null;
end
$$;
comment on function private.forbid_change() is 'Trigger: refuses a change that would leave no trace, such as an update of an append-only table.';

create function private.watch_table(p_table regclass, p_purpose text, p_function regproc)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_table constant text := (select c.relname from pg_catalog.pg_class c where c.oid = p_table);
  v_op text;
begin
  foreach v_op in array array['insert', 'update', 'delete'] loop
    execute format('create trigger %I after %s on %s referencing %s for each statement execute function %s()',
      v_table || '_' || p_purpose || '_' || v_op, v_op, p_table,
      concat_ws(' ', case when v_op <> 'insert' then 'old table as old_rows' end, case when v_op <> 'delete' then 'new table as new_rows' end),
      p_function);
  end loop;
end
$$;
comment on function private.watch_table(regclass, text, regproc) is
  'For migrations: creates the statement triggers <table>_<purpose>_insert, _update and _delete. Their transition tables are old_rows and new_rows.';

create trigger audit_append_only before delete or truncate on ops.audit
  for each statement execute function private.forbid_change();

-- Source: schemas/10_platform/rotate_history.sql
-- What:  ops.rotate_history(), which begins another history.
-- Why:   a restore that the database does not notice must void every cursor too (I11).

create function ops.rotate_history()
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before constant text := private.history();
begin
  perform private.require_role('admin');
  perform private.renew_seed();
  perform private.audit('rotate_history', 'ops.history', null, jsonb_build_object('history', v_before), jsonb_build_object('history', private.history()));
  return private.history();
end
$$;
comment on function ops.rotate_history() is
  'Makes every device start over and send its events again. For restores that the database does not notice, such as rows put back by hand. Returns the new history. Audited.';

-- Source: schemas/10_platform/known_triggers.sql
-- What:  private.known_trigger, the triggers that every database of Carrel has; missing_triggers() and restore_triggers().
-- Why:   a trigger that somebody dropped audits and refuses nothing more, and leaves no trace itself (O1, O4).
create table private.known_trigger (
  relation   text not null,
  name       text not null,
  definition text not null,
  constraint known_trigger_pkey primary key (relation, name)
);
comment on table private.known_trigger is 'The triggers as the migrations made them. Those of partitions follow from their parent.';
alter table private.known_trigger enable row level security;
create policy known_trigger_all_nobody on private.known_trigger for all to anon, authenticated using (false);

create function private.note_triggers()
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from private.known_trigger;
  insert into private.known_trigger (relation, name, definition)
  select c.oid::regclass::text, t.tgname, concat_ws('; ', pg_get_triggerdef(t.oid), case t.tgenabled
    when 'A' then format('alter table %s enable always trigger %I', c.oid::regclass, t.tgname)
    when 'R' then format('alter table %s enable replica trigger %I', c.oid::regclass, t.tgname) end)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace, 'private'::regnamespace)
    and not t.tgisinternal and not c.relispartition
$$;
comment on function private.note_triggers() is 'For migrations: notes the present triggers. A migration that creates or drops a trigger ends with this call.';

create function private.missing_triggers()
returns table (relation text, name text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select k.relation, k.name, k.definition from private.known_trigger k
  where to_regclass(k.relation) is not null and not exists (
    select from pg_trigger t where t.tgrelid = to_regclass(k.relation) and t.tgname = k.name)
  union all
  -- A partition has the triggers for rows from its parent, but not the one against TRUNCATE.
  select c.oid::regclass::text, c.relname || '_stays',
    format('create trigger %I before truncate on %s for each statement execute function private.forbid_change()', c.relname || '_stays', c.oid::regclass)
  from pg_class c
  where c.relispartition and c.relkind = 'r' and c.relnamespace in ('learner'::regnamespace, 'ops'::regnamespace) and not exists (
    select from pg_trigger t where t.tgrelid = c.oid and t.tgname = c.relname || '_stays')
$$;
comment on function private.missing_triggers() is 'Known triggers that were dropped, with the statement that creates each again.';

create function private.restore_triggers()
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_definition text;
  v_count integer := 0;
begin
  for v_definition in select t.definition from private.missing_triggers() t loop
    execute v_definition;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function private.restore_triggers() is 'Creates missing triggers again. Returns their number. For administrators, after the alarm trigger_missing.';

-- Source: schemas/10_platform/session_setting.sql
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

-- Source: schemas/10_platform/edge_password.sql
-- What:  renew_edge_password(), which gives the login role of the Edge Functions a new password.
-- Why:   a password in a statement's text would be kept by logs and pg_stat_statements, also one of a nested statement. So the statement has
--        its SCRAM verifier, as PostgreSQL would store it (RFC 5802). A backup does not contain it.

create function private.hmac_pad(p_key bytea, p_byte integer)
returns bytea
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pad bytea := decode(repeat(lpad(to_hex(p_byte), 2, '0'), 64), 'hex');
begin
  for v_i in 0..length(p_key) - 1 loop
    v_pad := set_byte(v_pad, v_i, p_byte # get_byte(p_key, v_i));
  end loop;
  return v_pad;
end
$$;
comment on function private.hmac_pad(bytea, integer) is 'A key of at most 64 bytes as HMAC-SHA-256 pads it: with 0x36 for the inner hash, with 0x5c for the outer one.';

create function private.scram_verifier(p_password text, p_salt bytea, p_iterations integer)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_inner bytea := private.hmac_pad(convert_to(p_password, 'UTF8'), 54);
  v_outer bytea := private.hmac_pad(convert_to(p_password, 'UTF8'), 92);
  v_u bytea := sha256(v_outer || sha256(v_inner || p_salt || '\x00000001'::bytea));
  v_sum bit(256) := ('x' || encode(v_u, 'hex'))::bit(256);
  v_salted bytea;
begin
  -- 4096 iterations take 30 ms.
  for v_i in 2..p_iterations loop
    v_u := sha256(v_outer || sha256(v_inner || v_u));
    v_sum := v_sum # ('x' || encode(v_u, 'hex'))::bit(256);
  end loop;
  v_salted := (
    select decode(string_agg(lpad(to_hex(substring(v_sum from 1 + 32 * n for 32)::bit(32)::bigint), 8, '0'), '' order by n), 'hex') from generate_series(0, 7) n);
  v_inner := private.hmac_pad(v_salted, 54);
  v_outer := private.hmac_pad(v_salted, 92);
  return format('SCRAM-SHA-256$%s:%s$%s:%s', p_iterations, encode(p_salt, 'base64'),
    encode(sha256(sha256(v_outer || sha256(v_inner || 'Client Key'::bytea))), 'base64'),
    encode(sha256(v_outer || sha256(v_inner || 'Server Key'::bytea)), 'base64'));
end
$$;
comment on function private.scram_verifier(text, bytea, integer) is 'What PostgreSQL stores for a password of at most 64 ASCII characters, with a salt and a number of iterations.';

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
  execute format('alter role carrel_edge password %L', private.scram_verifier(
    v_password, decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), current_setting('scram_iterations')::integer));
  perform private.audit('renew_edge_password', 'carrel_edge', null, null, null);
  return v_password;
end
$$;
comment on function ops.renew_edge_password() is
  'Gives carrel_edge a new random password and returns it, for the secret CARREL_DB_URL. The previous one ends at once. For SQL consoles.';

-- Source: schemas/10_platform/signals.sql
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

-- Source: schemas/10_platform/broadcast.sql
-- What:  private.broadcast(), which sends one Broadcast message of Supabase Realtime.
-- Why:   carrel_definer has no rights in the schema realtime. Functions that send hints use this helper, which postgres owns.
create function private.broadcast(p_topic text, p_event text, p_payload jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_temporary_objects();
  perform realtime.send(p_payload, p_event, p_topic, true);
end
$$;
comment on function private.broadcast(text, text, jsonb) is
  'Sends a message on a private channel when the transaction commits. Best effort: Realtime turns failures into warnings.';

-- Source: schemas/10_platform/jobs.sql
-- What:  ops.job: the scheduled jobs of the database, and the result of the last run of each.
-- Why:   a failed job rolls back its transaction, and support cannot read cron.job_run_details. Failures must be visible (O4).
create table ops.job (
  name        text not null,
  every       interval not null,
  command     text not null,
  last_run_at timestamptz not null,
  last_ok_at  timestamptz not null,
  failures    integer not null default 0,
  last_error  text,
  detail      jsonb,
  constraint job_pkey primary key (name),
  constraint job_every_positive check (every > '0'),
  constraint job_failures_not_negative check (failures >= 0),
  constraint job_error_iff_failing check ((failures = 0) = (last_error is null))
);
comment on table ops.job is 'One row per job: the last run, the last successful run (at first, the time of scheduling), and the failures since.';
comment on column ops.job.command is 'The query that the job runs. An administrator may run the job at once with it.';
alter table ops.job enable row level security;
create policy job_all_nobody on ops.job for all to anon, authenticated using (false);

create function private.is_late(p_last_run_at timestamptz, p_every interval)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Three missed runs: pg_cron or the job is missing.
  select p_last_run_at < now() - greatest(3 * p_every, interval '15 minutes')
$$;
comment on function private.is_late(timestamptz, interval) is 'Whether a job that should run at this interval has missed its runs.';

create function private.record_job(p_name text, p_error text, p_detail jsonb)
returns void
language plpgsql
volatile
security definer -- as in every job: what a job writes is not an edit by hand
set search_path = pg_catalog, pg_temp
as $$
begin
  update ops.job j set
    last_run_at = clock_timestamp(), last_error = p_error, detail = coalesce(p_detail, j.detail),
    last_ok_at = case when p_error is null then clock_timestamp() else j.last_ok_at end,
    failures = case when p_error is null then 0 else j.failures + 1 end
  where j.name = p_name;
  if p_error is not null then
    raise warning 'carrel: %: %', p_name, p_error;
  end if;
end
$$;
comment on function private.record_job(text, text, jsonb) is 'Records a run of a job. p_error is null after success.';

create function private.run_job(p_name text, p_command text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_began constant timestamptz := clock_timestamp();
  v_answer record;
begin
  -- Cancelled statements are caught too: the hosted platform cancels a statement after two minutes.
  begin
    execute p_command into v_answer;
  exception when query_canceled or others then
    perform private.record_job(p_name, format('%s (%s)', sqlerrm, sqlstate), null);
    return;
  end;
  -- A command may have recorded its own result.
  if not exists (select from ops.job j where j.name = p_name and j.last_run_at >= v_began) then
    perform private.record_job(p_name, null, jsonb_strip_nulls(to_jsonb(v_answer)));
  end if;
end
$$;
comment on function private.run_job(text, text) is
  'Runs a job''s command, a query, and records the result. A failed command is rolled back; its record is kept.';

create function private.note_job(p_name text, p_every interval, p_command text)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into ops.job (name, every, command, last_run_at, last_ok_at) values (p_name, p_every, p_command, now(), now())
  on conflict (name) do update set every = excluded.every, command = excluded.command
$$;
comment on function private.note_job(text, interval, text) is 'Adds a job to ops.job, or changes its interval and command.';

create function private.schedule_job(p_name text, p_schedule text, p_every interval, p_command text)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select private.note_job(p_name, p_every, p_command);
  select cron.schedule('carrel_' || p_name, p_schedule, format('select private.run_job(%L, %L)', p_name, p_command));
$$;
comment on function private.schedule_job(text, text, interval, text) is
  'Schedules a query with pg_cron through private.run_job(). p_every is the interval at which a run is expected.';

-- Source: schemas/10_platform/wake.sql
-- What:  the wake tokens with which the database calls its workers, and the check that workers answer.
-- Why:   every role can read the queue of pg_net, and hosted does not allow to revoke that. A token found there is good for
--        one run of one worker within ten minutes, and for nothing else.
create table ops.wake (
  token_sha256 bytea not null,
  slug         text not null,
  sent_at      timestamptz not null default clock_timestamp(),
  taken_at     timestamptz,
  constraint wake_pkey primary key (token_sha256),
  constraint wake_token_is_a_hash check (octet_length(token_sha256) = 32),
  constraint wake_slug_is_a_worker check (slug in ('bundle', 'webhooks'))
);
comment on table ops.wake is 'The wake-ups of the last day. Only the token''s hash is kept. taken_at: when the worker used the token.';
alter table ops.wake enable row level security;
create policy wake_all_nobody on ops.wake for all to anon, authenticated using (false);

create function private.new_wake(p_slug text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- 244 random bits.
  v_token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  insert into ops.wake (token_sha256, slug) values (sha256(convert_to(v_token, 'UTF8')), p_slug);
  return v_token;
end
$$;
comment on function private.new_wake(text) is 'Makes a wake token for one run of a worker.';

create function private.take_wake(p_slug text, p_token text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update ops.wake w set taken_at = clock_timestamp()
  where w.token_sha256 = sha256(convert_to(p_token, 'UTF8')) and w.slug = p_slug and w.taken_at is null
    and w.sent_at > clock_timestamp() - interval '10 minutes';
  return found;
end
$$;
comment on function private.take_wake(text, text) is 'Uses up a wake token. False: it is unknown, used, too old, or another worker''s.';

create function private.silent_workers()
returns table (slug text, since timestamptz, wakes bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- A single wake-up may be lost, so two are needed. A later one that was taken ends the silence.
  select w.slug, min(w.sent_at), count(*)
  from ops.wake w
  where w.taken_at is null and w.sent_at < now() - interval '2 minutes'
    and not exists (select from ops.wake t where t.slug = w.slug and t.taken_at is not null and t.sent_at >= w.sent_at)
  group by w.slug
  having count(*) >= 2 and min(w.sent_at) < now() - interval '15 minutes'
$$;
comment on function private.silent_workers() is
  'The workers that have not used their last wake tokens: they are not deployed, not reachable, or cannot connect to the database.';
grant execute on function private.take_wake(text, text) to carrel_edge;

-- Source: schemas/10_platform/wake_function.sql
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

-- Source: schemas/10_platform/check_workers.sql
-- What:  the regular wake-up of both workers, with which the database notices that they cannot reach it.
-- Why:   after a restore the password of carrel_edge may be gone. Then only the functions' logs would show it (O4).

create function ops.check_workers()
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  delete from ops.wake w where w.sent_at < now() - interval '1 day';
  if private.signals_configured() then
    perform private.wake_function(s) from unnest('{bundle,webhooks}'::text[]) s;
  end if;
end
$$;
comment on function ops.check_workers() is 'Wakes both workers, and deletes old wake-ups. A cron job every ten minutes.';

select private.schedule_job('workers', '*/10 * * * *', '10 minutes', 'select ops.check_workers()');

-- Source: schemas/10_platform/prune_job_runs.sql
-- What:  ops.prune_job_runs(), a nightly job that deletes pg_cron's records of Carrel's job runs after a week.
-- Why:   pg_cron keeps them for ever, and frequent jobs add 20,000 rows a day. ops.job has each job's last result.
create function ops.prune_job_runs(p_keep interval default '7 days')
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pruned bigint;
begin
  perform private.require_role('admin');
  perform private.require_interval('p_keep', p_keep);
  -- Only Carrel's jobs: the project may have others.
  delete from cron.job_run_details d
  where d.start_time < now() - p_keep and d.jobid in (select j.jobid from cron.job j where j.jobname ^@ 'carrel_');
  get diagnostics v_pruned = row_count;
  return v_pruned;
end
$$;
comment on function ops.prune_job_runs(interval) is
  'Deletes pg_cron''s records of Carrel''s job runs that are older than p_keep. Returns their number. Admins and jobs.';
select private.schedule_job('job_runs_prune', '13 4 * * *', '1 day', 'select ops.prune_job_runs() as pruned');
