begin;
select plan(4);

create temporary table before on commit drop as select private.history() as history;

select tests.authenticate(tests.learner(), 'admin');
select throws_ok('select ops.rotate_history()', '42501', null, 'I9: admins cannot rotate the history through the API');
select tests.become('none', tests.token_of(tests.learner(3), 'support'));
select throws_ok('select ops.rotate_history()', 'CR001', null, 'I9: support cannot rotate the history');
select tests.reset_role();
select is(private.history(), (select history from before), 'I11: a refused rotation leaves the history as it was');
select tests.become('none', tests.token_of(tests.learner(3), 'admin'));
select lives_ok('select ops.rotate_history()', 'I9: an admin in a SQL console can rotate the history');

select * from finish();
rollback;
