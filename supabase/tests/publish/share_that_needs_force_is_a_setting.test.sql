begin;
select plan(9);

select tests.a_release();
create function pg_temp.hash() returns text language sql as $$ select private.preview_release(10) ->> 'hash' $$;

update ops.content_setting set force_share = 0.05;
delete from content.question where id = tests.question(6);
select is(private.preview_release(10) ->> 'needs_force', 'true', 'C5: 1 of 11 is more than 5 %');
select is(tests.raised('select tests.publish()'), 'CR006', 'C5: publishing takes force');
select is(tests.raised($$ select private.schedule_release('2030-01-01', pg_temp.hash(), null, false) $$), 'CR006', 'C5: and so does a schedule');
update ops.content_setting set force_share = 0.1;
select is(private.preview_release(10) ->> 'needs_force', 'false', 'C5: but not more than 10 %');
select is(tests.publish(), 2, 'C5: publishing takes no force any more');
insert into content.question (skill_id, key, prompt, choices, answer) values (tests.skill(1), 'late', 'Late', '{a,b}', '{"choice": 0}');
select tests.publish();
update ops.content_setting set force_share = 0.05;
select is(tests.raised('select private.rollback_release(2, null, false)'), 'CR006', 'C5: a roll-back that takes a row needs force too');

-- Of much, one row is a share that rounds to nothing.
update ops.content_setting set force_share = 0;
select ok(private.needs_force(1), 'C5: with 0, every deletion needs force');
select ok(not private.needs_force(0), 'C5: but no release without one');
update ops.content_setting set force_share = 1;
select is(private.rollback_release(2, null, false) ->> 'version', '4', 'C5: with 1, none does');

select * from finish();
rollback;
