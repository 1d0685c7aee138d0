begin;
select plan(5);

select tests.a_release();
update content.question set prompt = 'Later' where id = tests.question(1);
select private.schedule_release('2031-12-24', private.preview_release(10) ->> 'hash', 'Later', false);

create function pg_temp.trouble() returns trigger language plpgsql as $$
begin
  raise exception using errcode = current_setting('tests.trouble');
end $$;
create trigger trouble before insert on content.release for each row execute function pg_temp.trouble();
select set_config('tests.trouble', 'deadlock_detected', true);
select is(ops.run_due_schedule('2031-12-24'), null, 'C5: a schedule that meets a deadlock publishes nothing');
select results_eq('select state, attempts, error from content.schedule', $$ values ('pending', 1, '40P01') $$, 'C5: a schedule that met a deadlock stays pending with its error');
select is(jsonb_array_length(private.preview_release(10)::jsonb -> 'changes'), 1, 'C5: a failed run of a schedule keeps the drafts marked');
drop trigger trouble on content.release;
select is(ops.run_due_schedule('2031-12-24 00:01'), 2, 'C5: the next run publishes the schedule');
select results_eq('select state, attempts, version, error from content.schedule', $$ values ('published', 2, 2, null::text) $$, 'C5: a schedule that succeeds later has its version and no error');

select * from finish();
rollback;
