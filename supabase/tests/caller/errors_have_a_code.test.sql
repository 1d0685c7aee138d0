begin;
select plan(3);

select is(tests.raised($$ select private.raise_error('CR012', 'For people.', 'for programs') $$), 'CR012 for programs',
  'I7: an error has its SQLSTATE and a detail for programs');
select is(tests.raised($$ select private.raise_error('CR001', 'For people.') $$), 'CR001', 'I7: an error may have no detail');
select throws_ok($$ select private.raise_error('CR001', 'For people.') $$, 'CR001', 'For people.', 'I7: an error has a message for people');

select * from finish();
rollback;
