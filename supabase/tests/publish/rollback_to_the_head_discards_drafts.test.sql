begin;
select plan(6);

select tests.a_release();
update content.question set prompt = 'Half done' where id = tests.question(1);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 0}');
select is(private.rollback_release(1, null, false) ->> 'version', '1', 'C5: the newest version is published already');
select is((select prompt from content.question where id = tests.question(1)), 'Prompt 1', 'C5: its drafts are back');
select is((select status from content.question where id = tests.question(7)), 'draft', 'C5: a question that was never published waits');
select is((select count(*) from content.shelf), 2::bigint, 'C5: and nothing is lost');

select is(tests.raised('select private.rollback_release(2, null, false)'), 'CR030 2', 'C5: there is no version to come');
select is(tests.raised('select private.rollback_release(0, null, false)'), 'CR030 0', 'C5: and none before the first');

select * from finish();
rollback;
