begin;
select plan(13);

select tests.a_release();
insert into auth.users (id) select tests.learner(n) from generate_series(1, 3) n;
select tests.send_for(n, tests.attempt(10, 1)) from generate_series(1, 4) n;
select ops.erase_learner(tests.learner(4));
update ops.erasure set requested_at = now() - interval '2 days';
select ops.erase_learner(tests.learner(1));
delete from auth.users where id = tests.learner(2);
create temporary table kept on commit drop as select ops.export_erasures() as all_of_them, ops.export_erasures(now() - interval '1 day') as newest;
select is((select jsonb_array_length(all_of_them -> 'erasures') from kept), 3, 'O5: an export lists all erasures and deleted accounts');
select bag_eq($$ select e ->> 'user_id' as id, e ->> 'reason' as reason from kept, jsonb_array_elements(newest -> 'erasures') e $$,
  $$ values (tests.learner(1)::text, 'requested'), (tests.learner(2)::text, 'account_deleted') $$, 'O5: an export can be limited to the erasures since a time');
select is_empty($$ select from kept where all_of_them::text ~ 'choice|@' $$, 'O5: an export holds no data of learners except their ids');

-- An older copy has the erased data and lacks the last two erasures. It has another history.
delete from ops.erasure where user_id in (tests.learner(1), tests.learner(2));
delete from ops.account_deletion where user_id = tests.learner(2);
insert into auth.users (id) values (tests.learner(2));
select tests.sign_in(tests.learner(2), tests.session(2));
select tests.send_for(n, tests.attempt(10, 1)) from generate_series(1, 2) n;
select is_empty($$ select from public.alarms() where name = 'erasures_unchecked' $$, 'O4: no alarm is raised while the history is unchanged');
select ops.rotate_history();
select isnt_empty($$ select from public.alarms() where name = 'erasures_unchecked' $$, 'O4: a changed history raises erasures_unchecked');

select is(ops.reapply_erasures(newest), 2, 'O5: reapply_erasures reports the erasures that the copy had lost') from kept;
select ops.run_erasures();
select results_eq('select user_id, erase_at from ops.account_deletion', $$ select tests.learner(2), (e ->> 'erase_at')::timestamptz from kept, jsonb_array_elements(newest -> 'erasures') e where e ? 'erase_at' $$,
  'O5: the grace period of a deleted account goes on after a restore');
select isnt_empty('select from learner.event where user_id = tests.learner(2)', 'O5: a deleted account keeps its data until then');
update ops.account_deletion set deleted_at = now() - interval '8 days', erase_at = now() where true;
select ops.run_erasures();
select is_empty('select from learner.event where user_id in (tests.learner(1), tests.learner(2), tests.learner(4))', 'O5: erased learners have no events after reapply_erasures');
select bag_eq('select id from auth.users', 'select tests.learner(n) from unnest(array[1, 3, 4]) n', 'O5: a deleted account is deleted again');
select is(ops.reapply_erasures(all_of_them), 0, 'O5: a second reapply_erasures finds nothing to do') from kept;
select is_empty($$ select from public.alarms() where name = 'erasures_unchecked' $$, 'O4: reapply_erasures ends the alarm erasures_unchecked');
select is(tests.raised('select ops.reapply_erasures(''{}'')'), 'CR025 erasures', 'O5: a document that is no export is refused');

select * from finish();
rollback;
