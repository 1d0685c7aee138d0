begin;
select plan(20);

select tests.a_release();
select tests.send(tests.event(9, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)), tests.attempt(10, 1), 'broken');
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;
create function pg_temp.trail() returns table (action text, object text, object_id text, before jsonb, after jsonb) language sql as
  'select a.action, a.object, a.object_id, a.before, a.after from ops.audit a where a.id > (select id from before) order by a.id';
create function pg_temp.newest() returns text language sql as
  $$ select concat_ws(' ', a.action, a.object, nullif(a.object_id = tests.learner()::text, false)) from ops.audit a where a.id > (select id from before) order by a.id desc limit 1 $$;

update learner.skill_progress set attempts = 5 where user_id = tests.learner();
select results_eq('select action, object, object_id, before ->> ''attempts'', after ->> ''attempts'' from pg_temp.trail()',
  $$ values ('hand_update', 'learner.skill_progress', tests.learner()::text, '1', '5') $$, 'O1: an edit of progress, with before and after');
select is((select actor_role from ops.audit order by id desc limit 1), session_user::text, 'O1: by whom');

create function pg_temp.edit(p_statement text) returns text language plpgsql as $$ begin execute p_statement; return pg_temp.newest(); end $$;
select is(pg_temp.edit(statement), expected, 'O1: ' || statement)
from (values
  ($$ update learner.session set end_reason = 'completed' where user_id = tests.learner() $$, 'hand_update learner.session t'),
  ($$ update learner.attempt set duration_ms = 7 where user_id = tests.learner() $$, 'hand_update learner.attempt t'),
  ($$ update learner.event set clock_skew_ms = 7 where user_id = tests.learner() and event_id = tests.event_id(10) $$, 'hand_update learner.event t'),
  ($$ update learner.device set platform = 'toaster' where user_id = tests.learner() $$, 'hand_update learner.device t'),
  ($$ update learner.batch set device_id = tests.device(3) where user_id = tests.learner() $$, 'hand_update learner.batch t'),
  ($$ update ops.quarantine set field = 'x' where user_id = tests.learner() $$, 'hand_update ops.quarantine t'),
  ($$ delete from learner.attempt where user_id = tests.learner() $$, 'hand_delete learner.attempt t'),
  ($$ delete from ops.quarantine where user_id = tests.learner() $$, 'hand_delete ops.quarantine t'),
  ($$ do 'begin delete from learner.session where user_id = tests.learner(); end' $$, 'hand_delete learner.session t'),
  ($$ insert into learner.event select user_id, tests.event_id(77), type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version
      from learner.event where user_id = tests.learner() and event_id = tests.event_id(9) $$, 'hand_insert learner.event')) e (statement, expected);
select is((select regexp_replace(table_name::text, '\d', '9', 'g') from (select tableoid::regclass as table_name from learner.event where event_id = tests.event_id(10)) p),
  'learner.event_default', 'O1: a row of a partition …');
select is(pg_temp.edit($$ delete from learner.event_default where user_id = tests.learner() and event_id = tests.event_id(10) $$), 'hand_delete learner.event t',
  'O1: … is its table''s, also where the partition is named');

create temporary table before_own on commit drop as select coalesce(max(id), 0) as id from ops.audit;
select tests.send_for(2, tests.attempt(20, 1), 'broken');
select tests.send_for(2, tests.attempt(20, 1), tests.attempt(20, 2), 'broken', 'broken too');
select ops.rebuild_learner(tests.learner(2));
select public.discard_quarantined(tests.learner(2), array[tests.quarantine_id('broken')], 'noise');
select public.support_void(tests.learner(2), 'attempt', tests.ulid(20), 'noise');
select ops.ensure_partitions('2031-01-01', 1);
select is_empty($$ select * from ops.audit a where a.id > (select id from before_own) and a.action like 'hand%' $$,
  'O1: what the product does itself is none of it');
select is(pg_temp.edit($$ update learner.skill_progress set correct = 0 /* PL/pgSQL function private.ingest_for() */ where user_id = tests.learner(2) $$),
  'hand_update learner.skill_progress', 'O1: no comment makes an edit the product''s');
select throws_ok('truncate learner.batch', 'CR002', null, 'O1: what leaves no trace is refused');
select is(private.is_own_code(stack), own, 'O1: by its call stack: ' || stack)
from (values
  (E'PL/pgSQL function private.audit_hand_edit() line 5 at GET DIAGNOSTICS\nSQL statement "update x\nset y = \'a\'"\nPL/pgSQL function ops.rebuild_learner(uuid) line 9 at SQL statement', true),
  (E'PL/pgSQL function private.audit_hand_edit() line 5 at GET DIAGNOSTICS\nSQL statement "update x"\nPL/pgSQL function public.mine() line 9 at SQL statement', false),
  ('PL/pgSQL function private.audit_hand_edit() line 5 at GET DIAGNOSTICS', false)) s (stack, own);

select * from finish();
rollback;
