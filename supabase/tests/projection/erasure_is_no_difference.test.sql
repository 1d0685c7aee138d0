begin;
select plan(8);

select tests.a_release();
select tests.send_for(n, tests.attempt(11, 1), tests.attempt(12, 3), tests.progress(13, 1, 60)) from generate_series(1, 2) n;
update learner.skill_progress set mastery = 99, change_seq = change_seq + 1000 where user_id = tests.learner(1) and skill_id = tests.skill(1);
select is(ops.check_projections() ->> 'different', '1', 'I6: damage is found');

-- An erasure of several steps: after the first the attempts are gone, the ledger is not, and no change number has moved.
insert into ops.erasure (user_id, reason) values (tests.learner(1), 'requested'), (tests.learner(2), 'requested');
select private.erase_step(tests.learner(n), 1) from generate_series(1, 2) n;
select is((select count(*) from learner.event where user_id in (tests.learner(1), tests.learner(2))), 6::bigint, 'O5: an erasure is between its steps');
select isnt_empty('select from learner.state where user_id = tests.learner(1)', 'O5: its learner is still there');
select is_empty($$ select from public.alarms() where name = 'projections_differ' $$, 'O4: no alarm about who is being erased');
select is_empty('select from public.projection_differences()', 'O4: nor is anybody shown their rows');
select is(private.check_projection(tests.learner(2)), 'busy', 'I6: where one begins meanwhile, a check says nothing');
select is(ops.check_projections() - '{failed,skipped}'::text[], '{"same": 0, "different": 0, "busy": 0, "events": 0}', 'I6: nobody is checked who is being erased');
select is_empty('select from ops.projection_difference', 'O5: and what was kept of them goes');

select * from finish();
rollback;
