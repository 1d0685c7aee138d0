begin;
select plan(9);

select tests.a_release();
update content.question set prompt = 'Later' where id = tests.question(1);
select private.schedule_release('2031-12-24 06:00', private.preview_release(10) ->> 'hash', 'First', false);
select is(ops.run_due_schedule('2031-12-24 06:00'), 2, 'C5: a due schedule is published');

update content.question set prompt = 'Later still' where id = tests.question(1);
select private.schedule_release('2031-12-24 07:00', private.preview_release(10) ->> 'hash', 'Slow', false);
select private.schedule_release('2031-12-24 08:00', private.preview_release(10) ->> 'hash', 'Next', false);
create function pg_temp.take_long() returns trigger language plpgsql as $$
begin
  if new.note = 'Slow' then
    perform pg_sleep(600);
  end if;
  return new;
end $$;
create trigger take_long before insert on content.release for each row execute function pg_temp.take_long();
set local statement_timeout = '2s';
select is(ops.run_due_schedule('2031-12-24 09:00'), null, 'C5: a schedule that runs into the statement timeout publishes nothing');
set local statement_timeout = '60s';
select results_eq($$ select state, attempts, error from content.schedule where note = 'Slow' $$, $$ values ('pending', 1, '57014') $$,
  'C5: a schedule that timed out stays pending with its error');
select results_eq($$ select state, version from content.schedule where note = 'First' $$, $$ values ('published', 2) $$, 'C5: an earlier published schedule keeps its state');
select is((select max(version) from content.release), 2, 'C5: a schedule that timed out leaves no release');

select is(ops.run_due_schedule('2031-12-24 09:00'), 3, 'C5: a schedule that was not tried yet runs before one that timed out');
select is((select note from content.release where version = 3), 'Next', 'C5: the schedule that was not tried yet is published');
select is(ops.run_due_schedule('2031-12-24 09:00'), 3, 'C5: a schedule whose preview is already published gets the same version');
select results_eq($$ select command, schedule from cron.job where jobname = 'carrel_schedules' $$,
  $$ values ($c$select private.run_job('schedules', 'select ops.run_due_schedule()')$c$, '30 seconds') $$, 'C5: pg_cron runs one due schedule every 30 seconds');

select * from finish();
rollback;
