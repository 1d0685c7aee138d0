begin;
select plan(6);

select tests.a_release();
update content.question set prompt = 'Second' where id = tests.question(1);
select tests.publish();
update content.question set prompt = 'Third' where id = tests.question(1);
select tests.publish();
update content.question set prompt = 'A draft' where id = tests.question(2);
-- Version 1 would still have as many rows as it had: only the horizon tells that they are not its own.
select is(ops.compact_content(1, '0 s', '0 s') ->> 'horizon', '2', 'C3: version 2 is the oldest that is whole');

select throws_ok('select private.rollback_release(1, null, true)', 'CR030', null, 'C5: no roll-back to a version whose rows are gone');
select throws_ok('select private.rollback_release(0, null, true)', 'CR030', null, 'C5: nor to none');
select throws_ok('select private.rollback_release(4, null, true)', 'CR030', null, 'C5: nor to one that is still to come');
select is((select prompt from content.question where id = tests.question(2)), 'A draft', 'C5: and the drafts stay as they are');
select private.rollback_release(2, null, false);
select is((select prompt from content.question where id = tests.question(1)), 'Second', 'C5: the horizon itself can be gone back to');

select * from finish();
rollback;
