begin;
select plan(5);

select is(tests.raised($$ select private.raise_error('cursor_invalid', 'For people.', 'for programs') $$), 'CR012 for programs',
  'I7: an error has its SQLSTATE and a detail for programs');
select is(tests.raised($$ select private.raise_error('forbidden', 'For people.') $$), 'CR001', 'I7: an error may have no detail');
select throws_ok($$ select private.raise_error('forbidden', 'For people.') $$, 'CR001', 'For people.', 'I7: an error has a message for people');
select throws_ok($$ select private.raise_error('erased') $$, 'CR024', (select title from private.error_code where code = 'erased'),
  'I7: an error without a detail shows the title of its code');
select throws_ok($$ select private.raise_error('unheard_of') $$, 'P0002', null, 'I7: an unknown code cannot be raised');

select * from finish();
rollback;
