begin;
select plan(5);

select tests.a_release();
select tests.send(variadic array(select tests.attempt(1000 * k + n, 1) from generate_series(1, 500) n)) from generate_series(1, 3) k;

select is(json_array_length(private.learner_changes(tests.learner(), null, asked) -> 'changes'), given,
  format('I8: a request for %s rows gets %s', coalesce(asked::text, 'no number of'), given))
from (values (-1, 1), (0, 1), (1000, 1000), (100000, 1000), (null, 500)) as page_rows (asked, given);

select * from finish();
rollback;
