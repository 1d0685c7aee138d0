begin;
select plan(12);

select tests.a_release();
update content.question set prompt = 'Tomorrow' where id = tests.question(1);
select set_config('tests.hash', private.preview_release(10) ->> 'hash', true);

select tests.authenticate(tests.learner(2), 'instructor');
select is(public.schedule_release('2031-12-24 06:00Z', current_setting('tests.hash'), 'Morning') ->> 'state', 'pending', 'C5: an instructor can schedule a release');
select tests.reset_role();
select is(ops.run_due_schedule('2031-12-24 05:59Z'), null, 'C5: a schedule does not run before its time');
select is((select max(version) from content.release), 1, 'C5: no release is made before the time of the schedule');
select is(ops.run_due_schedule('2031-12-24 06:00Z'), 2, 'C5: a schedule is published at its time');
select results_eq('select version, published_by, note from content.release where version = 2', $$ values (2, tests.learner(2), 'Morning') $$,
  'C5: a scheduled release has the author and the note of its schedule');
select results_eq('select state, version, attempts from content.schedule', $$ values ('published', 2, 1) $$, 'C5: a published schedule has its version');
select is(ops.run_due_schedule('2031-12-24 06:01Z'), null, 'C5: a published schedule does not run again');
select is(public.release_history() -> 0 ->> 'schedule_id', (select id::text from content.schedule), 'C5: the release history names the schedule of a release');

-- Published by hand before its time.
update content.question set prompt = 'By hand' where id = tests.question(1);
select set_config('tests.hash', private.preview_release(10) ->> 'hash', true);
select private.schedule_release('2031-12-25 06:00Z', current_setting('tests.hash'), null, false);
select private.publish_release('Now', current_setting('tests.hash'), false);
select is(ops.run_due_schedule('2031-12-25 06:00Z'), 3, 'C5: a schedule whose preview was published by hand returns that version');
select is((select version from content.schedule order by id desc limit 1), 3, 'C5: a schedule whose preview was published by hand has that version');
select is((select max(version) from content.release), 3, 'C5: a schedule whose preview was published by hand makes no second version');
select results_eq($$ select action from ops.audit where object = 'content.schedule' order by id $$,
  $$ values ('schedule_release'), ('run_schedule'), ('schedule_release'), ('run_schedule') $$, 'I10: creating and running schedules is recorded');

select * from finish();
rollback;
