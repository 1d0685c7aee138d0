begin;
select plan(11);

select tests.a_release();
select throws_ok($$ select private.schedule_release('2031-12-24', private.preview_release(10) ->> 'hash', null, false) $$, 'CR032', null,
  'C5: a schedule without changes is refused');
update content.question set prompt = 'Seen' where id = tests.question(1);
select set_config('tests.hash', private.preview_release(10) ->> 'hash', true);
select throws_ok($$ select private.schedule_release('2031-12-24', repeat('0', 64), null, false) $$, 'CR004', null, 'C5: a schedule with an unknown hash is refused');
select throws_ok($$ select private.schedule_release(null, current_setting('tests.hash'), null, false) $$, 'CR044', null, 'C5: a schedule without a time is refused');
select throws_ok($$ select private.schedule_release(now() - interval '1 second', current_setting('tests.hash'), null, false) $$, 'CR044',
  '`at` must not be in the past. Schedule it with force to publish with the next run.', 'C5: a schedule in the past is refused');
select is(private.schedule_release(now() - interval '1 day', current_setting('tests.hash'), null, true) ->> 'state', 'pending',
  'C5: a schedule in the past is accepted with force');
delete from content.schedule;
select private.schedule_release('2031-12-24', current_setting('tests.hash'), null, false);
update content.question set prompt = 'Unseen' where id = tests.question(2);
select is(ops.run_due_schedule('2031-12-24'), null, 'C5: a schedule whose drafts changed publishes nothing');
select results_eq('select state, error, version from content.schedule', $$ values ('failed', 'CR004', null::integer) $$, 'C5: a schedule whose drafts changed fails with CR004');
select is((select max(version) from content.release), 1, 'C5: a failed schedule makes no version');
select is(jsonb_array_length(private.preview_release(10)::jsonb -> 'changes'), 2, 'C5: a failed schedule keeps the drafts marked');

select set_config('tests.hash', private.preview_release(10) ->> 'hash', true);
update content.skill set status = 'withdrawn' where id = tests.skill(1);
select throws_ok($$ select private.schedule_release('2031-12-24', private.preview_release(10) ->> 'hash', null, false) $$, 'CR005', null,
  'C5: a schedule of drafts with problems is refused');
update content.question set status = 'withdrawn' where skill_id = tests.skill(1);
select throws_ok($$ select private.schedule_release('2031-12-24', private.preview_release(10) ->> 'hash', null, false) $$, 'CR006', null,
  'C5: a schedule that would need force is refused');

select * from finish();
rollback;
