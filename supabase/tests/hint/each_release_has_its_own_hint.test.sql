begin;
select plan(2);

select tests.configure_signals();
select tests.a_release();
update content.question set prompt = 'New' where id = tests.question(1);
select tests.publish();
update content.question set prompt = 'New' where id = tests.question(5);
select tests.publish();
select results_eq('select version, domains from tests.hints()',
  $$ values (1, jsonb_build_array(tests.domain(1), tests.domain(2))), (2, jsonb_build_array(tests.domain(1))), (3, jsonb_build_array(tests.domain(2))) $$,
  'S1: each hint names the domains that its release changed');
select results_eq('select bytes from tests.hints()',
  'select sum(octet_length(body) + 1)::integer from content.revision where schema = tests.schemas() group by version order by version',
  'S1: each hint has the bytes that its release changed');

select * from finish();
rollback;
