begin;
select plan(3);

select is(tests.raised($$ select private.raise_error('CR012', 'For people.', 'for programs') $$), 'CR012 for programs',
  'I7: an error is told by its SQLSTATE and detail');
select is(tests.raised($$ select private.raise_error('CR001', 'For people.') $$), 'CR001', 'I7: the detail may be left out');
select throws_ok($$ select private.raise_error('CR001', 'For people.') $$, 'CR001', 'For people.', 'I7: the text is for people');

select * from finish();
rollback;
