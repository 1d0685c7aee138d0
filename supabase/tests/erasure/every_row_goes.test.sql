begin;
select plan(9);

select tests.a_release();
-- A row in every kind of table.
select tests.send_for(n, tests.event(10, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)),
  tests.attempt(11, 1), tests.attempt(12, 1, '{}', '{"id": "00000000000000000000000001"}'), tests.progress(13, 1, 60), 'no JSON') from generate_series(1, 2) n;
select private.report_content(tests.learner(n), tests.session(n), '{"kind": "mismatch", "version": 1, "rows": 1, "nodes": []}') from generate_series(1, 2) n;
insert into ops.projection_difference (user_id, kind, row_id, found_at, live) select tests.learner(n), 'attempt', tests.event_id(11), now(), '{}' from generate_series(1, 2) n;
create function pg_temp.rows_of(p_user uuid) returns table (name regclass, rows bigint)
language plpgsql
as $$
begin
  for name in select * from private.learner_tables() union all select 'learner.state'::regclass
  loop
    execute format('select count(*) from %s where user_id = $1', name) into rows using p_user;
    if rows > 0 then return next; end if;
  end loop;
end
$$;
select set_has('select name::text from pg_temp.rows_of(tests.learner(1))', $$ values ('learner.event_default'), ('learner.attempt_default'), ('learner.session'),
  ('learner.skill_progress'), ('learner.practice'), ('learner.device'), ('learner.state'), ('ops.quarantine'), ('ops.content_report'), ('ops.projection_difference') $$,
  'O5: the test learner has rows in every kind of table');
select is_empty($$ select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'learner' and c.relkind = 'r' and c.oid <> 'learner.state'::regclass and c.oid not in (select * from private.learner_tables()) $$,
  'O5: the list of learner tables has every table of the schema learner');
select is_empty($$ select c.oid::regclass, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('content', 'learner', 'ops') and c.relkind in ('r', 'p') and a.attnum > 0 and a.attname ~ 'learner|user' and a.atttypid = any ('{uuid,text,jsonb}'::regtype[]) and a.attname <> 'user_id' $$,
  'O5: only the column user_id names a learner');
select private.audit('support_look', 'learner.state', tests.learner(n)::text, '{"answer": {"choice": 1}}', '{"answer": {"choice": 2}}') from generate_series(1, 2) n;
create temporary table other on commit drop as select * from pg_temp.rows_of(tests.learner(2));

select isnt(ops.erase_learner(tests.learner(1)), null, 'O5: a small ledger is erased at once');
select is_empty('select * from pg_temp.rows_of(tests.learner(1))', 'O5: no row of an erased learner is left in any table');
select set_eq('select * from pg_temp.rows_of(tests.learner(2))', 'table other', 'O5: an erasure leaves the rows of other learners');
select is((select rows from ops.erasure where user_id = tests.learner(1)), (select sum(rows)::bigint from other where name <> 'learner.state'::regclass), 'O5: an erasure records the number of erased rows');
select results_eq($$ select object_id, before, after from ops.audit where action = 'erase_learner' $$,
  $$ select tests.learner(1)::text, null::jsonb, '{"reason": "requested"}'::jsonb $$, 'O1: the audit log records the erasure without content');
select results_eq($$ select object_id, before is null, after is null from ops.audit where action = 'support_look' order by 1 $$,
  $$ values (tests.learner(1)::text, true, true), (tests.learner(2)::text, false, false) $$, 'O5: the audit log loses the values about an erased learner, but keeps the entries');

select * from finish();
rollback;
