begin;
select plan(14);

-- Learner 1 is the account, learner 2 tried the app first.
select tests.a_release();
insert into auth.users (id, is_anonymous) values (tests.learner(1), false), (tests.learner(2), true);
select tests.send(tests.attempt(10, 1), tests.progress(11, 1, 40));
select tests.send_for(2, tests.event(20, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)),
  tests.attempt(21, 1), tests.attempt(22, 2), tests.progress(23, 1, 60), tests.progress(24, 1, 101), tests.event(25, 'note.written', '{}'), 'no JSON',
  tests.event(26, 'app.failed', '{"code": "sqlite.busy", "fatal": false}'));
select private.report_content(tests.learner(n), tests.session_of(tests.learner(n)), '{"kind": "mismatch", "version": 1, "rows": 1, "nodes": []}') from generate_series(1, 2) n;
select public.support_void(tests.learner(2), 'attempt', tests.ulid(22), 'a test');
select public.discard_quarantined(tests.learner(2), array[tests.quarantine_id('no JSON')], 'nothing in it');
insert into ops.projection_difference (user_id, kind, row_id, found_at, live) values (tests.learner(2), 'attempt', tests.event_id(21), now(), '{}');
create temporary table pulled on commit drop as select private.pull_for(tests.learner(1), tests.session_of(tests.learner(1)), null, 500, null, tests.device(9))::jsonb ->> 'cursor' as cursor;

create temporary table answer on commit drop as select ops.adopt_learner(tests.learner(1), tests.learner(2), 'the same person')::jsonb as a;
select results_eq($$ select a - 'adopted_at' from answer $$,
  $$ select jsonb_build_object('learner_id', tests.learner(2), 'moved', 4, 'duplicate', 0, 'conflict', 0,
       'token', private.history() || '.' || (select change_seq from learner.state where user_id = tests.learner(1))) $$,
  'U10: an adoption reports what it has moved');
create function pg_temp.left_of(p_user uuid) returns setof regclass language plpgsql as $$
declare v_table regclass; v_count bigint;
begin
  for v_table in select * from private.learner_tables() union all select 'learner.state'::regclass loop
    execute format('select count(*) from %s where user_id = $1', v_table) into v_count using p_user;
    if v_count > 0 then return next v_table; end if;
  end loop;
end $$;
select results_eq('select pg_temp.left_of(tests.learner(2))', $$ values ('learner.adoption'::regclass) $$, 'U10: only the adoption is left of an adopted learner');
select is((select count(*) from learner.event where user_id = tests.learner(1)), 6::bigint, 'U10: the account has the events of both');
select is((select count(*) from ops.telemetry where user_id = tests.learner(1)), 1::bigint, 'U10: the account has the telemetry');
select bag_eq('select code, status from ops.quarantine where user_id = tests.learner(1)',
  $$ values ('invalid_event', 'open'), ('unknown_type', 'held'), ('invalid_json', 'discarded') $$, 'U3: the account has the quarantined events');
select results_eq('select action, reason from ops.quarantine_action where user_id = tests.learner(1)', $$ values ('discarded', 'nothing in it') $$, 'U3: the account has what support did with them');
select is((select (open_rows, held_rows)::text from ops.quarantine_load where user_id = tests.learner(1)), '(1,1)', 'U3: the size of the account''s quarantine is right');
select is((select (count(*), sum(events))::text from learner.batch where user_id = tests.learner(1)), '(2,10)', 'O2: the account has the log of batches');
select is((select (count(*), max(number))::text from ops.content_report where user_id = tests.learner(1)), '(2,2)', 'C3: the account has the content reports of both');
select is((select (mastery, attempts)::text from learner.skill_progress where user_id = tests.learner(1) and skill_id = tests.skill(1)), '(60,3)', 'U5: the progress of both is merged');
select is((select voided_at is not null from learner.attempt where user_id = tests.learner(1) and event_id = tests.event_id(22)), true, 'O1: an adoption keeps voids');
create temporary table before on commit drop as select * from private.projection_rows(tests.learner(1));
select ops.rebuild_learner(tests.learner(1));
select set_eq('select * from private.projection_rows(tests.learner(1))', 'table before', 'I6: a rebuild after an adoption gives the same rows');
select set_has(format($$ select c -> 'row' ->> 'event_id' from jsonb_array_elements(private.pull_for(tests.learner(1), tests.session_of(tests.learner(1)), %L, 500, null, tests.device(9))::jsonb -> 'changes') c $$, cursor),
  $$ select tests.ulid(n) from unnest(array[21, 22]) n $$, 'I8: a device of the account pulls the adopted rows from its last cursor') from pulled;
select bag_eq($$ select object_id, after ->> 'anonymous' as a, after ->> 'account' as b, after ->> 'by' as c from ops.audit where action = 'adopt_learner' $$,
  $$ select tests.learner(n)::text as object_id, tests.learner(2)::text as a, tests.learner(1)::text as b, 'the same person' as c from generate_series(1, 2) n $$, 'O1: an adoption is on the timelines of both');

select * from finish();
rollback;
