begin;
select plan(3);

select tests.a_release();

update content.question set status = 'withdrawn' where id = tests.question(5);
select tests.publish();
select results_eq(
  $$ select kind, id, op, domain_id, skill_id, body from content.revision where schema = 2 and version = 2 $$,
  $$ values ('question', tests.question(5), 'delete', tests.domain(2), tests.skill(3), null) $$,
  'I3: a withdrawn question becomes a delete with its domain and skill');
select is(tests.publish(), 2, 'I3: a withdrawn question is deleted only once');

update content.question set status = 'active' where id = tests.question(5);
select tests.publish();
select results_eq('select id, op from content.revision where schema = 2 and version = 3', $$ values (tests.question(5), 'upsert') $$,
  'I3: a question that becomes active again is published again');

select * from finish();
rollback;
