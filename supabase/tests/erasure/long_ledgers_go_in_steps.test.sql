begin;
select plan(8);

select tests.a_release();
select tests.send(variadic array(select tests.attempt(n, 1 + n % 6) from generate_series(1, 40) n));
select tests.send_for(2, tests.attempt(1, 1));
insert into ops.erasure (user_id, reason, requested_at) values (tests.learner(1), 'requested', '2026-01-01'), (tests.learner(2), 'requested', '2026-01-02');

select is(ops.run_erasures(30), 30, 'O5: one step erases at most the given number of rows');
select is((select (rows, erased_at is null)::text from ops.erasure where user_id = tests.learner(1)), '(30,t)', 'O5: an unfinished erasure records the rows erased so far');
select isnt_empty('select from learner.state where user_id = tests.learner(1)', 'O5: the learner''s state stays until the erasure is finished, since it holds the lock');
select throws_ok(format('select private.ingest_for(%L, null, %L)', tests.learner(1), tests.batch(tests.attempt(100, 1))), 'CR024', null, 'O5: a batch during an unfinished erasure is refused');
select cmp_ok(ops.run_erasures(), '>', 50, 'O5: further steps finish the erasure and begin the next learner');
select is_empty('select from learner.event where user_id in (tests.learner(1), tests.learner(2)) union all select from learner.state where user_id in (tests.learner(1), tests.learner(2))',
  'O5: finished erasures leave no events and no state');
select is((select count(erased_at) from ops.erasure where user_id in (tests.learner(1), tests.learner(2))), 2::bigint, 'O5: finished erasures have a time');
select is(ops.run_erasures(), 0, 'O5: a step without pending erasures erases nothing');

select * from finish();
rollback;
