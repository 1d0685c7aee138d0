begin;
select plan(6);

select tests.a_release();
update content.question set prompt = 'Later' where id = tests.question(1);
select private.schedule_release('2031-12-24', private.preview_release(10) ->> 'hash', 'One', false);
select private.schedule_release('2031-12-23', private.preview_release(10) ->> 'hash', 'Two', false);

select tests.authenticate(tests.learner(2), 'instructor');
select is(array(select s ->> 'note' from json_array_elements(public.list_schedules()) s), '{Two,One}', 'C5: pending schedules are listed by their time');
select is(public.cancel_schedule((public.list_schedules() -> 0 ->> 'id')::bigint) ->> 'state', 'cancelled', 'C5: a pending schedule can be cancelled');
select is(array(select concat_ws(' ', s ->> 'note', s ->> 'state') from json_array_elements(public.list_schedules()) s), '{One pending,Two cancelled}',
  'C5: finished schedules are listed after pending ones');
select throws_ok($$ select public.cancel_schedule((public.list_schedules() -> 1 ->> 'id')::bigint) $$, 'CR031', null, 'C5: a cancelled schedule cannot be cancelled again');
select tests.reset_role();
select is(ops.run_due_schedule('2031-12-25'), 2, 'C5: a cancelled schedule does not run');
select is((select note from content.release where version = 2), 'One', 'C5: the other schedule runs after the cancelled one');

select * from finish();
rollback;
