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
