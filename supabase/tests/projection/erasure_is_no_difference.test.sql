begin;
select plan(8);

select tests.a_release();
select tests.send_for(n, tests.attempt(11, 1), tests.attempt(12, 3), tests.progress(13, 1, 60)) from generate_series(1, 2) n;
update learner.skill_progress set mastery = 99, change_seq = change_seq + 1000 where user_id = tests.learner(1) and skill_id = tests.skill(1);
select is(ops.check_projections() ->> 'different', '1', 'I6: the check finds a damaged row before the erasure');

-- An erasure of several steps. After the first one the attempts are erased, the ledger is not, and no change number has changed.
insert into ops.erasure (user_id, reason) values (tests.learner(1), 'requested'), (tests.learner(2), 'requested');
select private.erase_learners(array[tests.learner(n)], 1) from generate_series(1, 2) n;
select is((select count(*) from learner.event where user_id in (tests.learner(1), tests.learner(2))), 6::bigint, 'O5: an unfinished erasure leaves the events in the ledger');
select isnt_empty('select from learner.state where user_id = tests.learner(1)', 'O5: an unfinished erasure leaves the learner''s state');
select is_empty($$ select from public.alarms() where name = 'projections_differ' $$, 'O4: a learner who is being erased raises no alarm projections_differ');
select is_empty('select from public.projection_differences(''test'')', 'O4: projection_differences shows no rows of a learner who is being erased');
select is(private.check_projection(tests.learner(2)), 'busy', 'I6: the check of a learner who is being erased reports busy');
select is(ops.check_projections() - '{failed,skipped}'::text[], '{"same": 0, "different": 0, "busy": 0, "events": 0}', 'I6: the check skips learners who are being erased');
select is_empty('select from ops.projection_difference', 'O5: differences of a learner who is being erased are removed');

select * from finish();
rollback;
