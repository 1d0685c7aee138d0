begin;
select plan(4);

select tests.configure_signals();
select tests.a_release();
select is_empty('select * from tests.hints()', 'S1: a publish sends no hint when bundles are written');
select tests.do_work(tests.claim());
select is(ops.send_due_hints(), null, 'S1: a partly bundled release sends no hint');
select tests.bundle_all();
select results_eq('select version from tests.hints()', 'values (1)', 'S1: the last bundle sends the hint');
select tests.bundle_all(), ops.send_due_hints();
select is((select count(*) from tests.hints()), 1::bigint, 'S1: a release is hinted only once');

select * from finish();
rollback;
