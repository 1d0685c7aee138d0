begin;
select plan(6);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;

select tests.authenticate(tests.learner());
select throws_ok('select public.support_timeline(tests.learner())', 'CR001', null, 'I9: a learner cannot read a timeline, not even their own');
select tests.authenticate(tests.learner(2), 'instructor');
select throws_ok('select public.support_timeline(tests.learner())', 'CR001', null, 'I9: an instructor cannot read a timeline');
select tests.authenticate_anon();
select throws_ok('select public.support_timeline(tests.learner())', '42501', null, 'I9: anon cannot read a timeline');
select tests.reset_role();
select is((select coalesce(max(id), 0) from ops.audit), (select id from before), 'I10: a refused look leaves no audit entry');

select tests.authenticate(tests.learner(3), 'support');
select isnt_empty('select public.support_timeline(tests.learner(), ''test'')', 'I9: support can read a timeline');
select tests.authenticate(tests.learner(4), 'admin');
select isnt_empty('select public.support_timeline(tests.learner(), ''test'')', 'I9: an admin can read a timeline');

select * from finish();
rollback;
