begin;
select plan(3);

select tests.a_release();
insert into content.question (id, skill_id, key, prompt, choices, answer)
select tests.question(n), tests.skill(1), 'question-' || n, 'New', '{a,b}', '{"choice": 0}' from generate_series(11, 20) n;
select tests.publish();
select throws_ok('select private.rollback_release(1, null, false)', 'CR006', null, 'C5: a roll-back that withdraws many rows is refused');
select is((select count(*) from content.question where status = 'active'), 16::bigint, 'C5: a refused roll-back leaves the drafts as they were');
select is(private.rollback_release(1, 'Meant', true) ->> 'version', '3', 'C5: a roll-back that withdraws many rows can be forced');

select * from finish();
rollback;
