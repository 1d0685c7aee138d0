begin isolation level repeatable read;
select plan(3);

select tests.a_curriculum();

select throws_ok('select tests.publish()', 'CR003', null, 'I1: a snapshot older than the lock would publish the past');
select is((select count(*) from content.release), 0::bigint, 'I1: nothing was published');
select lives_ok('select private.preview_release(10)', 'I2: a preview may have any snapshot');

select * from finish();
rollback;
