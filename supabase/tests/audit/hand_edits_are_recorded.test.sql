begin;
select plan(38);

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
  ($$ update learner.event set clock_skew_ms = 86400007 where user_id = tests.learner() and event_id = tests.event_id(10) $$, 'hand_update learner.event t'),
  ($$ update learner.device set platform = 'toaster' where user_id = tests.learner() $$, 'hand_update learner.device t'),
  ($$ update learner.practice set days = days where user_id = tests.learner() $$, 'hand_update learner.practice t'),
  ($$ update learner.state set change_seq = change_seq + 1 where user_id = tests.learner() $$, 'hand_update learner.state t'),
  ($$ update learner.skill_progress set mastery = 9, change_seq = change_seq + 100 where user_id = tests.learner() $$, 'hand_update learner.skill_progress t'),
  ($$ insert into learner.skill_progress (user_id, skill_id, change_seq) values (tests.learner(), tests.skill(2), 999) $$, 'hand_insert learner.skill_progress t'),
  ($$ insert into learner.attempt select (jsonb_populate_record(a, jsonb_build_object('event_id', tests.event_id(78), 'change_seq', 998))).*
      from learner.attempt a where a.user_id = tests.learner() $$, 'hand_insert learner.attempt t'),
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

-- Whatever a person writes around the statement.
create function private.mine(p_statement text) returns void language plpgsql as 'begin execute p_statement; end';
create function ops.mine_sql() returns void language sql as 'update learner.skill_progress set correct = correct + 1 where user_id = tests.learner(2)';
create function public.mine_definer() returns void language plpgsql security definer
as 'begin update learner.skill_progress set correct = correct + 1 where user_id = tests.learner(2); end';
select tests.send_for(2, tests.attempt(20, 1));
update learner.skill_progress set attempts = 99, correct = 0 where user_id = tests.learner(2);
select is(pg_temp.edit(statement), 'hand_update learner.skill_progress', 'O1: an edit is audited whatever stands around it: ' || statement)
from (values
  ($$ update learner.skill_progress set correct = correct + 1 /* PL/pgSQL function private.ingest_for() */ where user_id = tests.learner(2) $$),
  ($$ update /*"
PL/pgSQL function private.project_events() line 1 at SQL statement*/ learner.skill_progress set correct = correct + 1 where user_id = tests.learner(2) $$),
  ($$ do 'begin update learner.skill_progress set correct = correct + 1 where user_id = tests.learner(2); end' $$),
  ($$ select private.mine('update learner.skill_progress set correct = correct + 1 where user_id = tests.learner(2)') $$),
  ($$ select ops.mine_sql() $$),
  ($$ select public.mine_definer() $$),
  ($$ with changed as (update learner.skill_progress set correct = correct + 1 where user_id = tests.learner(2) returning 1) select from changed $$),
  ($$ merge into learner.skill_progress p using (select tests.learner(2) as id) l on p.user_id = l.id when matched then update set correct = correct + 1 $$)) e (statement);
select throws_ok('set local role carrel_definer', '42501', null, 'O1: postgres cannot SET ROLE to carrel_definer, whose changes are not audited');
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
select is_empty(format('select pg_temp.unwatched(%s)', bit), 'O1: every learner table and partition audits or refuses changes, trigger bit ' || bit) from unnest(array[4, 8, 16, 32]) bit;

select * from finish();
rollback;
