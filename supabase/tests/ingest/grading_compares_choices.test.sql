begin;
select plan(6);

select is(private.grade('single_choice', '{"choice": 1}', '{"choice": 1, "ms": 5}'), true, 'I6: the same choice is right');
select is(private.grade('single_choice', '{"choice": 1}', '{"choice": 1.0}'), true, 'I6: however the number is written');
select is(private.grade('single_choice', '{"choice": 1}', '{"choice": 0}'), false, 'I6: another is wrong');
select is(private.grade('single_choice', '{"choice": 1}', '{}'), false, 'I6: none is wrong');
select is(private.grade(null, null, '{"choice": 1}'), null, 'I6: without a key there is no grade');
select is(private.grade('essay', '{}', '{}'), null, 'I6: nor for a type that it does not know');

select * from finish();
rollback;
