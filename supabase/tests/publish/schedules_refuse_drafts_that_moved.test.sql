begin;
select plan(9);

select tests.a_release();
select throws_ok($$ select private.schedule_release('2026-12-24', private.preview_release(10) ->> 'hash', null, false) $$, 'CR032', null,
  'C5: nothing to publish is nothing to schedule');
update content.question set prompt = 'Seen' where id = tests.question(1);
select set_config('tests.hash', private.preview_release(10) ->> 'hash', true);
select throws_ok($$ select private.schedule_release('2026-12-24', repeat('0', 64), null, false) $$, 'CR004', null, 'C5: only a preview is scheduled');
select throws_ok($$ select private.schedule_release(null, current_setting('tests.hash'), null, false) $$, 'CR004', null, 'C5: at a time');
select private.schedule_release('2026-12-24', current_setting('tests.hash'), null, false);
update content.question set prompt = 'Unseen' where id = tests.question(2);
select is(ops.run_due_schedule('2026-12-24'), null, 'C5: drafts that moved are not published');
select results_eq('select state, error, version from content.schedule', $$ values ('failed', 'CR004', null::integer) $$, 'C5: the failure is recorded');
select is((select max(version) from content.release), 1, 'C5: nothing was published');
select is(jsonb_array_length(private.preview_release(10)::jsonb -> 'changes'), 2, 'C5: and the edits are still to be published');

select set_config('tests.hash', private.preview_release(10) ->> 'hash', true);
update content.skill set status = 'withdrawn' where id = tests.skill(1);
select throws_ok($$ select private.schedule_release('2026-12-24', private.preview_release(10) ->> 'hash', null, false) $$, 'CR005', null,
  'C5: drafts that can''t be published can''t be scheduled');
update content.question set status = 'withdrawn' where skill_id = tests.skill(1);
select throws_ok($$ select private.schedule_release('2026-12-24', private.preview_release(10) ->> 'hash', null, false) $$, 'CR006', null,
  'C5: nor what would need force');

select * from finish();
rollback;
