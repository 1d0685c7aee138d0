begin;
select plan(9);

select tests.a_release();
create function pg_temp.hash() returns text language sql as $$ select private.preview_release(10) ->> 'hash' $$;

update ops.content_setting set force_share = 0.05;
delete from content.question where id = tests.question(6);
select is(private.preview_release(10) ->> 'needs_force', 'true', 'C5: deleting 1 of 11 rows needs force when force_share is 5 %');
select is(tests.raised('select tests.publish()'), 'CR006', 'C5: a publish above force_share is refused without force');
select is(tests.raised($$ select private.schedule_release('2030-01-01', pg_temp.hash(), null, false) $$), 'CR006', 'C5: a schedule above force_share is refused without force');
update ops.content_setting set force_share = 0.1;
select is(private.preview_release(10) ->> 'needs_force', 'false', 'C5: deleting 1 of 11 rows needs no force when force_share is 10 %');
select is(tests.publish(), 2, 'C5: a publish below force_share needs no force');
insert into content.question (skill_id, key, prompt, choices, answer) values (tests.skill(1), 'late', 'Late', '{a,b}', '{"choice": 0}');
select tests.publish();
update ops.content_setting set force_share = 0.05;
select is(tests.raised('select private.rollback_release(2, null, false)'), 'CR006', 'C5: a roll-back above force_share is refused without force');

-- One row of many is a share that rounds to zero.
update ops.content_setting set force_share = 0;
select ok(private.needs_force(1), 'C5: every deletion needs force when force_share is 0');
select ok(not private.needs_force(0), 'C5: a release without deletions needs no force when force_share is 0');
update ops.content_setting set force_share = 1;
select is(private.rollback_release(2, null, false) ->> 'version', '4', 'C5: no deletion needs force when force_share is 1');

select * from finish();
rollback;
