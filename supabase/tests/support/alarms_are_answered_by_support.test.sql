begin;
select plan(9);

select tests.a_release();
select tests.send_for(n, tests.attempt(11, 1), tests.progress(13, 1, 60)) from generate_series(1, 2) n;
update learner.skill_progress set mastery = 99, change_seq = change_seq + 1000 where user_id = tests.learner(1) and skill_id = tests.skill(1);
delete from learner.attempt where user_id = tests.learner(2) and event_id = tests.event_id(11);
select ops.check_projections();

select tests.authenticate(tests.learner(3), 'support');
select is((select detail from public.alarms() where name = 'projections_differ'),
  'Rows that differ from their ledger: 2; learners: 2. projection_differences() shows them, and rebuild_learner() mends them', 'O4: the alarm projections_differ names the functions to call');
select bag_eq($$ select learner_id, rows, differences -> 0 ->> 'kind' as kind, differences -> 0 ->> 'id' as id, differences #>> '{0,live,mastery}' as live,
      differences #>> '{0,rebuilt,mastery}' as rebuilt
    from public.projection_differences('test') $$,
  $$ values (tests.learner(1), 1, 'skill_progress', tests.skill(1)::text, '99', '60'), (tests.learner(2), 1, 'attempt', tests.ulid(11), null, null) $$, 'O2: projection_differences shows the learners and their rows');
select is((select count(*) from public.projection_differences('test', 1)), 1::bigint, 'O6: projection_differences is paged by learners');
select is(public.rebuild_learner(tests.learner(1)), 2::bigint, 'O2: support can rebuild a learner');
select tests.reset_role();
select is((select mastery from learner.skill_progress where user_id = tests.learner(1) and skill_id = tests.skill(1)), 60::smallint, 'I6: a rebuilt learner has the rows of the ledger');
select results_eq($$ select action, actor, object_id from ops.audit where action = 'rebuild_learner' or action = 'projection_differences' and object_id is null order by id $$,
  $$ values ('projection_differences', tests.learner(3), null), ('projection_differences', tests.learner(3), null), ('rebuild_learner', tests.learner(3), tests.learner(1)::text) $$,
  'I10: each call of support is recorded');
select bag_eq('select learner_id from public.projection_differences(''test'')', 'select tests.learner(2)', 'O2: a rebuilt learner is no longer listed');
select is(tests.raised('select public.rebuild_learner(tests.learner(9))'), 'CR070 learner', 'O2: a rebuild of an unknown learner is refused');
select bag_eq($$ select unnest(proconfig) from pg_proc where oid = 'public.rebuild_learner(uuid)'::regprocedure $$,
  $$ values ('search_path=pg_catalog, pg_temp'), ('statement_timeout=60s') $$, 'O2: rebuild_learner has a statement timeout of 60 s');

select * from finish();
rollback;
