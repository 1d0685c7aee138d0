begin;
select plan(6);

select tests.a_release();
update content.question set prompt = 'Half done' where id = tests.question(1);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 0}');
select is(private.rollback_release(1, null, false) ->> 'version', '1', 'C5: a roll-back to the newest version makes no version');
select is((select prompt from content.question where id = tests.question(1)), 'Prompt 1', 'C5: a roll-back to the newest version restores the published drafts');
select is((select status from content.question where id = tests.question(7)), 'draft', 'C5: a question that was never published gets status draft');
select is((select count(*) from content.shelf), 2::bigint, 'C5: the discarded drafts are on the shelf');

select is(tests.raised('select private.rollback_release(2, null, false)'), 'CR030 2', 'C5: a roll-back to a future version is refused');
select is(tests.raised('select private.rollback_release(0, null, false)'), 'CR030 0', 'C5: a roll-back to version 0 is refused');

select * from finish();
rollback;
