begin;
select plan(8);

select tests.a_release();
-- One long ledger, and 250 short ones that were asked for later.
select tests.send(variadic array(select tests.attempt(n, 1 + n % 6) from generate_series(1, 400) n));
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at) select tests.learner(n), tests.device(), now(), now() from generate_series(2, 251) n;
insert into learner.state (user_id) select tests.learner(n) from generate_series(2, 251) n;
insert into ops.erasure (user_id, reason, requested_at) select tests.learner(n), 'requested', now() - interval '1 hour' + n * interval '1 second' from generate_series(1, 251) n;

select is(ops.run_erasures(p_time => '0 seconds') > 0, true, 'O5: a run without any time still does one pass');
select cmp_ok((select count(*) from ops.erasure where tried_at is not null), '<=', 100::bigint, 'O5: one pass is of 100 learners at most');
select cmp_ok(ops.run_erasures(300), '<=', 300, 'O5: a run erases no more rows than it may');
select cmp_ok((select count(*) from ops.erasure where erased_at is not null), '>', 90::bigint, 'O5: short ledgers do not wait for the end of a long one');
select ops.run_erasures();
select is((select count(*) from ops.erasure where erased_at is null), 0::bigint, 'O5: repeated runs end all erasures');
select is_empty($$ select from learner.event union all select from learner.device union all select from learner.state $$, 'O5: no row is left of any erased learner');
select is(tests.raised('select ops.run_erasures(0)'), 'CR044 p_rows', 'O5: a run that may erase nothing is refused');

-- A run that the server cancelled had too much to do.
insert into ops.erasure (user_id, reason) values (tests.learner(300), 'requested');
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at) select tests.learner(300), tests.device(n), now(), now() from generate_series(1, 40) n;
update ops.job set failures = 1, last_error = 'canceling statement due to statement timeout (57014)' where name = 'erasures';
select is(ops.run_erasures(40), 20, 'O5: the run after a cancelled one takes half as many rows');

select * from finish();
rollback;
