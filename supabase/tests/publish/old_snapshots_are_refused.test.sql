begin isolation level repeatable read;
select plan(3);

select tests.a_curriculum();

select throws_ok('select tests.publish()', 'CR003', null, 'I1: a publish in a repeatable read transaction is refused');
select is((select count(*) from content.release), 0::bigint, 'I1: a refused publish makes no release');
select lives_ok('select private.preview_release(10)', 'I2: a preview in a repeatable read transaction is allowed');

select * from finish();
rollback;
