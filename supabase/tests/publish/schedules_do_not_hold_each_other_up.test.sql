begin;
select plan(9);

select tests.a_release();
update content.question set prompt = 'Later' where id = tests.question(1);
select private.schedule_release('2026-12-24 06:00', private.preview_release(10) ->> 'hash', 'First', false);
select is(ops.run_due_schedule('2026-12-24 06:00'), 2, 'C5: the first that is due is published');

update content.question set prompt = 'Later still' where id = tests.question(1);
select private.schedule_release('2026-12-24 07:00', private.preview_release(10) ->> 'hash', 'Slow', false);
select private.schedule_release('2026-12-24 08:00', private.preview_release(10) ->> 'hash', 'Next', false);
create function pg_temp.take_long() returns trigger language plpgsql as $$
begin
  if new.note = 'Slow' then
    perform pg_sleep(600);
  end if;
  return new;
end $$;
create trigger take_long before insert on content.release for each row execute function pg_temp.take_long();
set local statement_timeout = '2s';
select is(ops.run_due_schedule('2026-12-24 09:00'), null, 'C5: one that hosted ends does not happen, and ends nothing but itself');
set local statement_timeout = '60s';
select results_eq($$ select state, attempts, error from content.schedule where note = 'Slow' $$, $$ values ('pending', 1, '57014') $$,
  'C5: it is on record, and still to be done');
select results_eq($$ select state, version from content.schedule where note = 'First' $$, $$ values ('published', 2) $$, 'C5: what was published before stays');
select is((select max(version) from content.release), 2, 'C5: nothing is half published');

select is(ops.run_due_schedule('2026-12-24 09:00'), 3, 'C5: it waits behind the one that was not tried yet');
select is((select note from content.release where version = 3), 'Next', 'C5: which is published');
select is(ops.run_due_schedule('2026-12-24 09:00'), 3, 'C5: and is then found to be the same preview');
select results_eq($$ select command, schedule from cron.job where jobname = 'carrel_schedules' $$,
  $$ values ($c$select private.run_job('schedules', 'select ops.run_due_schedule()')$c$, '30 seconds') $$, 'C5: each has a run of its own');

select * from finish();
rollback;
