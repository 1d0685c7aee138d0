begin;
select plan(8);

create temporary table violation (rule text, statement text) on commit drop;
insert into violation values
  ('schedule_pkey', $$ insert into content.schedule (id, due_at, expected_hash, force) overriding system value
     select 1, now(), repeat('0', 64), false from generate_series(1, 2) $$),
  ('schedule_hash_is_sha256', $$ insert into content.schedule (due_at, expected_hash, force) values (now(), 'x', false) $$),
  ('schedule_state_known', $$ insert into content.schedule (due_at, expected_hash, force, state, finished_at) values (now(), repeat('0', 64), false, 'lost', now()) $$),
  ('schedule_finished_unless_pending', $$ insert into content.schedule (due_at, expected_hash, force, state) values (now(), repeat('0', 64), false, 'cancelled') $$),
  ('schedule_version_iff_published', $$ insert into content.schedule (due_at, expected_hash, force, version) values (now(), repeat('0', 64), false, 1) $$),
  ('schedule_failed_has_error', $$ insert into content.schedule (due_at, expected_hash, force, state, finished_at) values (now(), repeat('0', 64), false, 'failed', now()) $$);
select set_eq('select rule from violation',
  $$ select conname::text from pg_constraint where conrelid = 'content.schedule'::regclass and contype <> 'n' $$, 'C5: every constraint of schedules has a case here');
select is(tests.violated(statement), rule, 'C5: a schedule is refused by ' || rule) from violation;
select is((select count(*) from content.schedule), 0::bigint, 'C5: refused statements store no schedule');

select * from finish();
rollback;
