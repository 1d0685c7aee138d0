begin;
select plan(5);

select tests.a_release();
update content.question set prompt = 'Later' where id = tests.question(1);
select private.schedule_release('2026-12-24', private.preview_release(10) ->> 'hash', 'Later', false);

create function pg_temp.trouble() returns trigger language plpgsql as $$
begin
  raise exception using errcode = current_setting('tests.trouble');
end $$;
create trigger trouble before insert on content.release for each row execute function pg_temp.trouble();
select set_config('tests.trouble', 'deadlock_detected', true);
select is(ops.run_due_schedule('2026-12-24'), null, 'C5: a deadlock keeps it from being published');
select results_eq('select state, attempts, error from content.schedule', $$ values ('pending', 1, '40P01') $$, 'C5: it is on record, and still to be done');
select is(jsonb_array_length(private.preview_release(10)::jsonb -> 'changes'), 1, 'C5: the marks are back with the drafts');
drop trigger trouble on content.release;
select is(ops.run_due_schedule('2026-12-24 00:01'), 2, 'C5: the next run publishes it');
select results_eq('select state, attempts, version, error from content.schedule', $$ values ('published', 2, 2, null::text) $$, 'C5: and says so');

select * from finish();
rollback;
