begin;
select plan(10);

select tests.a_release();
select tests.send_for(n, tests.attempt(10, 1), tests.attempt(11, 2)) from generate_series(1, 5) n;
insert into ops.erasure (user_id, reason, requested_at) select tests.learner(n), 'requested', now() - interval '1 hour' + n * interval '1 second' from generate_series(1, 5) n;
-- Rows of one learner that can't be deleted.
create function pg_temp.stay() returns trigger language plpgsql as $$ begin raise exception 'this row stays' using errcode = '23514'; end $$;
create trigger stays before delete on learner.session for each row when (old.user_id = '1ea40000-0000-4000-8000-000000000002') execute function pg_temp.stay();
insert into learner.session (user_id, session_id, device_id, started_event, change_seq) values (tests.learner(2), tests.event_id(1), tests.device(), tests.event_id(1), 99);

select ok(ops.run_erasures() > 0, 'O5: a run with a learner who cannot be erased erases the others');
select bag_eq('select user_id from ops.erasure where erased_at is null', 'select tests.learner(2)', 'O5: only the erasure that fails is left');
select results_eq('select failures, last_error from ops.erasure where failures > 0', $$ values (1, 'this row stays (23514)') $$, 'O5: a failed erasure records its error');
select is((select failures from ops.job where name = 'erasures'), 0, 'O4: a failed erasure does not fail the job');
select is((select detail from public.alarms() where name = 'erasures_failing'),
  'Erasures that fail and are tried again: 1; the last error: this row stays (23514). After mending it, an admin calls ops.erase_learner()', 'O4: a failed erasure raises erasures_failing');
select is(ops.run_erasures(), 0, 'O5: a failed erasure is not tried again at once');
update ops.erasure set tried_at = now() - interval '1 hour' where failures > 0;
select ops.run_erasures();
select is((select failures from ops.erasure where user_id = tests.learner(2)), 2, 'O5: a failed erasure is tried again later');

drop trigger stays on learner.session;
select isnt(ops.erase_learner(tests.learner(2)), null, 'O5: erase_learner tries a failed erasure again at once');
select is((select (failures, last_error)::text from ops.erasure where user_id = tests.learner(2)), '(0,)', 'O5: an erasure that succeeds forgets its failures');
select is_empty($$ select from public.alarms() where name = 'erasures_failing' $$, 'O4: an erasure that succeeds ends the alarm');

select * from finish();
rollback;
