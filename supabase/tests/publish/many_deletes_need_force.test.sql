begin;
select plan(5);

select tests.a_release();
delete from content.question where id = tests.question(6);
select tests.publish();

update content.question set status = 'withdrawn' where id in (tests.question(1), tests.question(3));
select is(tests.publish(), 3, 'I3: a fifth of the rows may go');
update content.question set status = 'withdrawn' where id = tests.question(4);
update content.skill set status = 'withdrawn' where id = tests.skill(2);
select throws_ok('select tests.publish()', 'CR006', null, 'I3: more than a fifth is refused …');
select is((select max(version) from content.release), 3, 'I3: … and nothing is published');
select is(tests.publish(true), 4, 'I3: … except by force');
select is((select count(*) from content.revision where schema = 2 and version = 4 and op = 'delete'), 2::bigint,
  'I3: each row that went is a row of the release');

select * from finish();
rollback;
