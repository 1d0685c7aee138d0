begin;
select plan(6);

select tests.a_release();
update content.question set prompt = 'Second' where id = tests.question(1);
select tests.publish();
update content.question set prompt = 'Third' where id = tests.question(1);
select tests.publish();
update content.question set prompt = 'A draft' where id = tests.question(2);
-- Version 1 would still have the right number of rows. Only the horizon shows that they are not its own.
select is(ops.compact_content(1, '0 s', '0 s') ->> 'horizon', '2', 'C3: version 2 is the oldest complete version after compaction');

select throws_ok('select private.rollback_release(1, null, true)', 'CR030', null, 'C5: a roll-back to a version below the horizon is refused');
select throws_ok('select private.rollback_release(0, null, true)', 'CR030', null, 'C5: a roll-back to version 0 is refused');
select throws_ok('select private.rollback_release(4, null, true)', 'CR030', null, 'C5: a roll-back to a future version is refused');
select is((select prompt from content.question where id = tests.question(2)), 'A draft', 'C5: a refused roll-back leaves the drafts as they were');
select private.rollback_release(2, null, false);
select is((select prompt from content.question where id = tests.question(1)), 'Second', 'C5: a roll-back to the horizon succeeds');

select * from finish();
rollback;
