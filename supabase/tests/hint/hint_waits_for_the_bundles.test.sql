begin;
select plan(4);

select tests.configure_signals();
select tests.a_release();
select is_empty('select * from tests.hints()', 'S1: in a project with bundles, a publish does not hint');
select tests.do_work(tests.claim());
select is(ops.send_due_hints(), null, 'S1: nor do half of the bundles');
select tests.bundle_all();
select results_eq('select version from tests.hints()', 'values (1)', 'S1: the last bundle does');
select tests.bundle_all(), ops.send_due_hints();
select is((select count(*) from tests.hints()), 1::bigint, 'S1: and nothing hints the same release again');

select * from finish();
rollback;
