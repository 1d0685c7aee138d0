begin;
select plan(33);

select tests.a_release();
select tests.send(tests.event(9, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)), tests.attempt(10, 1), 'broken');
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;
create function pg_temp.trail() returns table (action text, object text, object_id text, before jsonb, after jsonb) language sql as
  'select a.action, a.object, a.object_id, a.before, a.after from ops.audit a where a.id > (select id from before) order by a.id';
create function pg_temp.newest() returns text language sql as
  $$ select concat_ws(' ', a.action, a.object, nullif(a.object_id = tests.learner()::text, false)) from ops.audit a where a.id > (select id from before) order by a.id desc limit 1 $$;

update learner.skill_progress set attempts = 5 where user_id = tests.learner();
select results_eq('select action, object, object_id, before ->> ''attempts'', after ->> ''attempts'' from pg_temp.trail()',
  $$ values ('hand_update', 'learner.skill_progress', tests.learner()::text, '1', '5') $$, 'O1: an edit of progress by hand is recorded with the values before and after');
select is((select actor_role from ops.audit order by id desc limit 1), session_user::text, 'O1: an edit by hand is recorded with its database role');

create function pg_temp.edit(p_statement text) returns text language plpgsql as $$ begin execute p_statement; return pg_temp.newest(); end $$;
select is(pg_temp.edit(statement), expected, 'O1: an edit by hand is recorded: ' || statement)
from (values
  ($$ update learner.session set end_reason = 'completed' where user_id = tests.learner() $$, 'hand_update learner.session t'),
  ($$ update learner.attempt set duration_ms = 7 where user_id = tests.learner() $$, 'hand_update learner.attempt t'),
  ($$ update learner.event set clock_skew_ms = 7 where user_id = tests.learner() and event_id = tests.event_id(10) $$, 'hand_update learner.event t'),
  ($$ update learner.device set platform = 'toaster' where user_id = tests.learner() $$, 'hand_update learner.device t'),
  ($$ update learner.practice set days = days where user_id = tests.learner() $$, 'hand_update learner.practice t'),
  ($$ update learner.state set change_seq = change_seq + 1 where user_id = tests.learner() $$, 'hand_update learner.state t'),
  ($$ update learner.skill_progress set mastery = 9, change_seq = change_seq + 100 where user_id = tests.learner() $$, 'hand_update learner.skill_progress t'),
  ($$ insert into learner.skill_progress (user_id, skill_id, change_seq) values (tests.learner(), tests.skill(2), 999) $$, 'hand_insert learner.skill_progress t'),
  ($$ insert into learner.device (user_id, device_id, first_seen_at, last_seen_at) values (tests.learner(), tests.device(7), now(), now()) $$, 'hand_insert learner.device t'),
  ($$ insert into ops.erasure (user_id, reason) values (tests.learner(), 'requested') $$, 'hand_insert ops.erasure t'),
  ($$ delete from ops.erasure where user_id = tests.learner() $$, 'hand_delete ops.erasure t'),
  ($$ update learner.batch set device_id = tests.device(3) where user_id = tests.learner() $$, 'hand_update learner.batch t'),
  ($$ update ops.quarantine set field = 'x' where user_id = tests.learner() $$, 'hand_update ops.quarantine t'),
  ($$ delete from learner.practice where user_id = tests.learner() $$, 'hand_delete learner.practice t'),
  ($$ delete from learner.attempt where user_id = tests.learner() $$, 'hand_delete learner.attempt t'),
  ($$ delete from ops.quarantine where user_id = tests.learner() $$, 'hand_delete ops.quarantine t'),
  ($$ do 'begin delete from learner.session where user_id = tests.learner(); end' $$, 'hand_delete learner.session t'),
  ($$ insert into learner.event select user_id, tests.event_id(77), type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version
      from learner.event where user_id = tests.learner() and event_id = tests.event_id(9) $$, 'hand_insert learner.event t')) e (statement, expected);
select is((select regexp_replace(table_name::text, '\d', '9', 'g') from (select tableoid::regclass as table_name from learner.event where event_id = tests.event_id(10)) p),
  'learner.event_default', 'O1: the tested event is stored in a partition');
select is(pg_temp.edit($$ delete from learner.event_default where user_id = tests.learner() and event_id = tests.event_id(10) $$), 'hand_delete learner.event t',
  'O1: an edit that names a partition is recorded for its table');

create temporary table before_own on commit drop as select coalesce(max(id), 0) as id from ops.audit;
select tests.send_for(2, tests.attempt(20, 1), 'broken');
select tests.send_for(2, tests.attempt(20, 1), tests.attempt(20, 2), 'broken', 'broken too');
select ops.rebuild_learner(tests.learner(2));
select public.discard_quarantined(tests.learner(2), array[tests.quarantine_id('broken')], 'noise');
select public.support_void(tests.learner(2), 'attempt', tests.ulid(20), 'noise');
select public.support_reset_progress(tests.learner(2), tests.skill(1), 'noise');
select public.mend_quarantined(tests.learner(2), tests.quarantine_id('broken too'), tests.reset(40, 1, 0)::jsonb, 'noise');
select private.record_contacts(json_build_array(json_build_object('learner', tests.learner(2), 'device', tests.device(5), 'version', 1)));
select ops.check_projections();
select tests.send_for(3, tests.attempt(20, 1));
select ops.erase_learner(tests.learner(3)), ops.run_erasures(), ops.reapply_erasures('{"erasures": []}');
select ops.ensure_partitions('2031-01-01', 1);
select is_empty($$ select * from ops.audit a where a.id > (select id from before_own) and a.action like 'hand%' $$,
  'O1: changes by the product itself are not recorded as edits by hand');
select is(pg_temp.edit($$ update learner.skill_progress set correct = 0 /* PL/pgSQL function private.ingest_for() */ where user_id = tests.learner(2) $$),
  'hand_update learner.skill_progress', 'O1: a comment in a statement cannot disguise an edit by hand');
select throws_ok('truncate learner.batch', 'CR002', null, 'O1: a truncate of a learner table is refused');
select throws_ok('truncate learner.event_default', 'CR002', null, 'O1: a truncate of a partition is refused');
create function pg_temp.unwatched(p_event integer) returns setof regclass language sql
-- An event by its bit in pg_trigger.tgtype: 4 insert, 8 delete, 16 update, 32 truncate.
as $$
  select c.oid::regclass from pg_class c
  where c.relnamespace = 'learner'::regnamespace and c.relkind in ('r', 'p')
    and not exists (
      select from pg_trigger t where t.tgrelid = c.oid and t.tgtype & p_event > 0 and t.tgfoid in ('private.audit_hand_edit'::regproc, 'private.forbid_change'::regproc))
$$;
select is_empty(format('select pg_temp.unwatched(%s)', bit), 'O1: every learner table and partition audits or refuses changes, trigger bit ' || bit) from unnest(array[8, 16, 32]) bit;
select is_empty($$ select u from pg_temp.unwatched(4) u where u::text !~ '^learner\.attempt' $$, 'O1: only inserts of attempts have no trigger; the nightly check finds them');
select is(private.is_own_code(stack), own, 'O1: the call stack decides whether code is the product''s own: ' || stack)
from (values
  (E'PL/pgSQL function private.audit_hand_edit() line 5 at GET DIAGNOSTICS\nSQL statement "update x\nset y = \'a\'"\nPL/pgSQL function ops.rebuild_learner(uuid) line 9 at SQL statement', true),
  (E'PL/pgSQL function private.audit_hand_edit() line 5 at GET DIAGNOSTICS\nSQL statement "update x"\nPL/pgSQL function public.mine() line 9 at SQL statement', false),
  ('PL/pgSQL function private.audit_hand_edit() line 5 at GET DIAGNOSTICS', false)) s (stack, own);

select * from finish();
rollback;
