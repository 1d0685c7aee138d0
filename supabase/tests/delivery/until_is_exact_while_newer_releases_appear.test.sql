begin;
select plan(4);

select tests.a_release();
create temporary table first_page on commit drop as select tests.page(0, 1, p_limit => 4) as text;
create temporary table whole on commit drop as select * from tests.all_pages(1000, 0, 1) line;

update content.question set prompt = 'Edited' where id in (tests.question(1), tests.question(5));
delete from content.question where id = tests.question(2);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 0}');
select tests.publish();
update content.domain set title = 'Edited' where id = tests.domain(1);
select tests.publish();

select is(tests.page(0, 1, p_limit => 4), (select text from first_page), 'I3: version 1 is served again with the same bytes');
select results_eq('select tests.all_pages(4, 0, 1)', 'table whole', 'I3: a device that began to page before version 2 gets all of version 1');
select bag_eq('select op, id, version from tests.delta(1, 2)',
  $$ values ('upsert', tests.question(1), 2), ('upsert', tests.question(5), 2), ('delete', tests.question(2), 2), ('upsert',
    tests.question(7), 2) $$,
  'I3: the delta from 1 to 2 is not changed by version 3');
select bag_eq('select op, id, version from tests.delta(2)', $$ values ('upsert', tests.domain(1), 3) $$,
  'I3: a delta without until ends at the newest version');

select * from finish();
rollback;
