-- What:  Carrel's schemas, the edge's login role, and the end of PUBLIC's right to execute new functions.
-- Why:   `public` is what clients may call; tables and definers live where the API does not look.

-- The migrations were rewritten once before 1.0. The Supabase CLI refuses such a database itself, until its record of migrations is repaired.
do $$
begin
  if to_regnamespace('learner') is not null and to_regnamespace('content') is not null then
    raise exception using errcode = 'object_not_in_prerequisite_state', message = 'This database was made by the migrations 20261122000100 to '
      '20261122004340 of an earlier Carrel. It cannot be upgraded: push to a new project. Nothing was changed.';
  end if;
end
$$;

create schema content;
comment on schema content is 'Curriculum: drafts that instructors edit, and the published, append-only revisions.';
create schema learner;
comment on schema learner is 'What learners did: the event ledger and the tables projected from it. Every key leads with user_id.';
create schema ops;
comment on schema ops is 'Running the service: audit, quarantine.';
create schema private;
comment on schema private is 'Functions that check their caller; not exposed by the API.';

-- PUBLIC's default EXECUTE can only be taken per creating role; with `in schema` this is a no-op.
alter default privileges revoke execute on functions from public;

create extension if not exists "uuid-ossp" with schema extensions;

-- The login role of the Edge Functions. Its password is set by the operator (`alter role carrel_edge
-- password …`), its only rights are EXECUTE on the few functions of `private` that are granted to it.
do $$
begin
  if not exists (select from pg_roles where rolname = 'carrel_edge') then
    create role carrel_edge login noinherit;
  end if;
end
$$;
-- Role-level settings survive the transaction pooler, which forgets session settings.
alter role carrel_edge set statement_timeout = '8s';
alter role carrel_edge set lock_timeout = '2s';
alter role carrel_edge set idle_in_transaction_session_timeout = '10s';

grant usage on schema private to carrel_edge, authenticated, service_role;
grant usage on schema learner to authenticated, service_role;
grant usage on schema content, ops to service_role;
