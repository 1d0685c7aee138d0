begin;
select plan(1);

select tests.a_release();

update content.skill set domain_id = tests.domain(2) where id = tests.skill(2);
select tests.publish();
select bag_eq(
  'select kind, id, domain_id from content.revision where schema = 2 and version = 2',
  $$ values ('skill', tests.skill(2), tests.domain(2)),
            ('question', tests.question(3), tests.domain(2)), ('question', tests.question(4), tests.domain(2)) $$,
  'I3: a skill that moves to another domain changes its questions too');

select * from finish();
rollback;
