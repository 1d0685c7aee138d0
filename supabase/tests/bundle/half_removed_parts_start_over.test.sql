begin;
select plan(5);

select tests.configure_signals();
select tests.a_curriculum();
insert into content.question (id, skill_id, key, prompt, choices, answer)
select tests.question(100 + n), tests.skill(1), 'large-' || n, repeat('é', 19500) || n, '{a,b}', '{"choice": 0}' from generate_series(1, 60) n;
select tests.publish();
select tests.bundle_all();
create temporary view part as
  select b.part::integer, b.retired_at is not null as retired from content.bundle b where b.schema = 2 and b.domain_id = tests.domain(1);

update content.bundle set retired_at = now() where schema = 2;
select tests.claim();
select is((select count(*) from part where not retired), 3::bigint, 'C1: retired parts that a release needs are used again');

update content.bundle set retired_at = now(), lease = null where schema = 2;
delete from content.bundle where schema = 2 and domain_id = tests.domain(1) and part = 1;
select tests.bundle_all();
select results_eq('select part, retired from part order by part', 'values (2, true), (3, true)',
  'C1: parts of a bundle whose removal has begun are not used again');
update content.bundle set retired_at = null where schema = 2 and domain_id = tests.domain(1) and part = 2;
select tests.bundle_all();
select is((select count(*) from part where not retired), 0::bigint, 'C1: a part without its neighbours is retired');
update content.bundle set retired_at = retired_at - interval '25 hours' where retired_at is not null;
select is((tests.bundle_all())[1], 'remove', 'C1: the rest of a bundle is removed');
select tests.leases_run_out();
select tests.bundle_all();
select is((select count(*) from part where not retired), 3::bigint, 'C1: a bundle whose parts are all removed is written again');

select * from finish();
rollback;
