begin;
select plan(5);

select tests.a_release();
delete from content.question where id = tests.question(6);
select tests.publish();

update content.question set status = 'withdrawn' where id in (tests.question(1), tests.question(3));
select is(tests.publish(), 3, 'I3: a release may delete up to a fifth of the rows');
update content.question set status = 'withdrawn' where id = tests.question(4);
update content.skill set status = 'withdrawn' where id = tests.skill(2);
select throws_ok('select tests.publish()', 'CR006', null, 'I3: a release that deletes more than a fifth of the rows is refused');
select is((select max(version) from content.release), 3, 'I3: a refused release publishes nothing');
select is(tests.publish(true), 4, 'I3: a release that deletes more than a fifth of the rows can be forced');
select is((select count(*) from content.revision where schema = 2 and version = 4 and op = 'delete'), 2::bigint,
  'I3: each deleted row is a revision of the release');

select * from finish();
rollback;
