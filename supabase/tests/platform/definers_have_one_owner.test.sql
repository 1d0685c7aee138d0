begin;
select plan(9);

select is_empty('select tests.definers_of_others()', 'O1: carrel_definer owns every security definer, but for the helpers that reach into a platform schema');
select results_eq('select distinct p.proowner::regrole::text, p.prosecdef from pg_proc p join private.platform_helpers() h on h = p.oid', $$ values ('postgres', true) $$,
  'O1: postgres owns the helpers that reach into a platform schema');
create function private.offender() returns integer language sql security definer set search_path = pg_catalog, pg_temp return 1;
select set_eq('select tests.definers_of_others()', $$ values ('private.offender()') $$, 'O1: the sweep sees a new definer that postgres owns');
select private.own_definers();
select is_empty('select tests.definers_of_others()', 'O1: own_definers() gives a new definer to carrel_definer');

select results_eq($$ select rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = 'carrel_definer' $$,
  'values (false, false, false, false, false)', 'I9: carrel_definer can''t log in and has no attribute that opens more');
select is_empty($$ select rolname from pg_roles r where rolname <> 'carrel_definer' and pg_has_role('carrel_definer', r.oid, 'member') $$,
  'I9: carrel_definer is a member of no role');
select is_empty($$ select rolname from pg_roles r where rolname <> 'carrel_definer' and not rolsuper and pg_has_role(r.oid, 'carrel_definer', 'set') $$,
  'O1: no role but a superuser becomes carrel_definer by SET ROLE');
select set_eq($$ select nspname::text from pg_namespace where has_schema_privilege('carrel_definer', oid, 'usage')
    and nspname !~ '^pg_|^information_schema$|^net$' $$,
  $$ values ('content'), ('learner'), ('ops'), ('private'), ('public') $$, 'I9: carrel_definer reaches no platform schema but those that are open to everybody');
select is_empty($$ select nspname from pg_namespace where has_schema_privilege('carrel_definer', oid, 'create') and nspname !~ '^pg_temp' $$,
  'I9: carrel_definer creates nothing');

select * from finish();
rollback;
