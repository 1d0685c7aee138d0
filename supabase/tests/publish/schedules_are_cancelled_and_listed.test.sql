begin;
select plan(6);

select tests.a_release();
update content.question set prompt = 'Later' where id = tests.question(1);
select private.schedule_release('2026-12-24', private.preview_release(10) ->> 'hash', 'One', false);
select private.schedule_release('2026-12-23', private.preview_release(10) ->> 'hash', 'Two', false);

select tests.authenticate(tests.learner(2), 'instructor');
select is(array(select s ->> 'note' from json_array_elements(public.list_schedules()) s), '{Two,One}', 'C5: pending ones by their time');
select is(public.cancel_schedule((public.list_schedules() -> 0 ->> 'id')::bigint) ->> 'state', 'cancelled', 'C5: one is taken back');
select is(array(select concat_ws(' ', s ->> 'note', s ->> 'state') from json_array_elements(public.list_schedules()) s), '{One pending,Two cancelled}',
  'C5: finished ones come after');
select throws_ok($$ select public.cancel_schedule((public.list_schedules() -> 1 ->> 'id')::bigint) $$, 'CR031', null, 'C5: once');
select tests.reset_role();
select is(ops.run_due_schedule('2026-12-25'), 2, 'C5: it does not run');
select is((select note from content.release where version = 2), 'One', 'C5: the other does');

select * from finish();
rollback;
