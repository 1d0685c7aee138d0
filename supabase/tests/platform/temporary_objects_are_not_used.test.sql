begin;
select plan(8);

select results_eq($$ select a.grantee::regrole::text, a.privilege_type from pg_database d cross join aclexplode(d.datacl) a
    where d.datname = current_database() and a.grantee in (0, 'carrel_definer'::regrole, 'carrel_edge'::regrole) order by 1, 2 $$,
  $$ values ('-', 'CONNECT'), ('carrel_definer', 'TEMPORARY') $$, 'I9: carrel_definer alone may create temporary objects, apart from the owner of the database');

-- A function of the platform may have an empty search path. Inside, a planted type comes before pg_catalog's.
create function pg_temp.unguarded() returns setof regprocedure language sql as $$
  select p.oid::regprocedure from pg_proc p join private.platform_helpers() h on h = p.oid
  where p.prosrc ~ '\m(auth|cron|extensions|net|realtime|storage|vault)\.\w+\(|\mvault\.decrypted_secrets\M' and p.prosrc !~ 'perform private\.refuse_temporary_objects\(\)' $$;
select is_empty('select * from pg_temp.unguarded()', 'I9: each helper that calls a function of the platform, or reads a view with such calls, first refuses temporary objects of others');
create or replace function private.broadcast(p_topic text, p_event text, p_payload jsonb) returns void language sql security definer as
  $$ select realtime.send(p_payload, p_event, p_topic, true) $$;
select results_eq('select * from pg_temp.unguarded()', $$ values ('private.broadcast(text, text, jsonb)'::regprocedure) $$, 'I9: the sweep finds an unguarded helper');

create temporary table of_postgres (id integer);
select lives_ok('select private.refuse_temporary_objects()', 'I9: temporary objects of the owner of the database are accepted');
grant execute on function private.refuse_temporary_objects() to authenticated;
set local role authenticated;
create domain pg_temp.planted as pg_catalog.text;
reset role;
select throws_ok('select private.refuse_temporary_objects()', 'CR001', null, 'I9: a temporary type of another role is refused');
drop domain pg_temp.planted;
set local role authenticated;
create temporary view planted as select 1 as id;
reset role;
select throws_ok('select private.refuse_temporary_objects()', 'CR001', null, 'I9: a temporary view of another role is refused');
drop view pg_temp.planted;
select lives_ok('select private.refuse_temporary_objects()', 'I9: nothing is refused once the temporary objects are gone');

-- A job runs with the search path of its role. It names one function, with its schema.
select is_empty($$ select jobname from cron.job where jobname ^@ 'carrel_'
    and command !~ '^select private\.run_job\(''\w+'', ''select (?:(?:, )?(?:ops|private)\.\w+\(\)(?: as \w+)?)+''\)$' $$,
  'I9: the command of every job names functions with their schema, and nothing else');

select * from finish();
rollback;
