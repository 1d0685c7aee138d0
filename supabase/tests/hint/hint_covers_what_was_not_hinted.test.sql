begin;
select plan(3);

select tests.configure_signals();
select tests.a_release();
select tests.bundle_all();
update content.question set prompt = 'New' where id = tests.question(1);
select tests.publish();
update content.question set prompt = 'New' where id = tests.question(5);
select tests.publish();
select tests.bundle_all();
select results_eq('select version, domains from tests.hints()',
  $$ values (1, jsonb_build_array(tests.domain(1), tests.domain(2))), (3, jsonb_build_array(tests.domain(1), tests.domain(2))) $$,
  'S1: one hint covers all releases since the last hint');
select is((select bytes from tests.hints() where version = 3),
  (select sum(octet_length(body) + 1)::integer from content.revision where version in (2, 3) and schema = tests.schemas()), 'S1: a hint over several releases has the bytes of all of them');
select is_empty('select * from content.release_state where hinted_at is null', 'S1: a hint over several releases marks all of them as hinted');

select * from finish();
rollback;
