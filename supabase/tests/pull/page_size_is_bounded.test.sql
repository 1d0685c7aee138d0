begin;
select plan(8);

select tests.a_release();
select tests.send(variadic array(select tests.attempt(1000 * k + n, 1) from generate_series(1, 500) n)) from generate_series(1, 3) k;

select is(json_array_length(private.learner_changes(tests.learner(), null, asked) -> 'changes'), given,
  format('I8: a request for %s rows gets %s', coalesce(asked::text, 'no number of'), given))
from (values (1, 1), (1000, 1000), (null, 500)) as page_rows (asked, given);
select throws_ok(format('select private.learner_changes(tests.learner(), null, %s)', asked), 'CR044',
  '`limit` must be a whole number from 1 to 1000.', format('I8: a request for %s rows is refused', asked))
from (values (-1), (0), (1001), (99999)) as page_rows (asked);
select tests.authenticate(tests.learner());
select throws_ok('select public.learner_changes(page_rows => 99999)', 'CR044',
  '`page_rows` must be a whole number from 1 to 1000.', 'I8: over RPC the refusal names the parameter page_rows');

select * from finish();
rollback;
