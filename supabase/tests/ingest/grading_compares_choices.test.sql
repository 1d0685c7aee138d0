begin;
select plan(6);

select is(private.grade('single_choice', '{"choice": 1}', '{"choice": 1, "ms": 5}'), true, 'I6: the same choice is correct');
select is(private.grade('single_choice', '{"choice": 1}', '{"choice": 1.0}'), true, 'I6: the same choice written as a decimal number is correct');
select is(private.grade('single_choice', '{"choice": 1}', '{"choice": 0}'), false, 'I6: another choice is wrong');
select is(private.grade('single_choice', '{"choice": 1}', '{}'), false, 'I6: an answer without a choice is wrong');
select is(private.grade(null, null, '{"choice": 1}'), null, 'I6: an answer without a key gets no verdict');
select is(private.grade('essay', '{}', '{}'), null, 'I6: an answer of an unknown type gets no verdict');

select * from finish();
rollback;
