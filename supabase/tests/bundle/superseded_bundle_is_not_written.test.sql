begin;
select plan(3);

select tests.a_release();
select tests.claim(), tests.claim();
update content.question set prompt = 'New' where id in (tests.question(1), tests.question(5));
select tests.publish();
select tests.leases_run_out();
select is(tests.bundle_all(), tests.writes(2) || 'sign'::text, 'C1: only the newest release is bundled');
select results_eq('select version, bundled_at is not null from content.release_state order by 1', 'values (1, false), (2, true)',
  'C1: a superseded release is never bundled');
update content.bundle set retired_at = retired_at - interval '25 hours' where retired_at is not null;
select is(tests.bundle_all(), array['remove'], 'C1: uploads of workers for a superseded release are removed');

select * from finish();
rollback;
