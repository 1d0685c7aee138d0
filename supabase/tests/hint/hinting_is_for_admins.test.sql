begin;
select plan(2);

select tests.a_release();
select tests.authenticate(tests.learner(), 'instructor');
select throws_ok('select ops.continue_bundles()', '42501', null, 'I9: users cannot wake the bundle worker');
select throws_ok('select ops.remove_old_bundles()', '42501', null, 'I9: users cannot retire bundles');

select * from finish();
rollback;
