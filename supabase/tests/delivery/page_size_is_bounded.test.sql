begin;
select plan(9);

select tests.a_curriculum();
insert into content.question (skill_id, key, prompt, choices, answer)
select tests.skill(1), 'many-' || n, 'Many', '{a,b}', '{"choice": 0}' from generate_series(1, 2000) n;
select tests.publish();

select is((regexp_match(tests.page(0, p_limit => page_rows), '"rows":(\d+),"next":"'))[1]::integer, page_rows,
  format('I3: a request for %s rows gets a page of %s', page_rows, page_rows))
from (values (1), (2000)) as asked (page_rows);
select throws_ok(format('select tests.page(0, p_limit => %L)', page_rows), 'CR044', '`limit` must be a whole number from 1 to 2000.',
  format('I3: a request for %s rows is refused', page_rows))
from (values (-1), (0), (2001), (99999)) as asked (page_rows);
select throws_ok('select public.content_delta(page_rows => 99999)', 'CR044', '`page_rows` must be a whole number from 1 to 2000.',
  'I3: over RPC the refusal names the parameter page_rows');
select throws_ok(format('select private.content_node(private.history(), 2::smallint, 1, %L, null, 99999)', tests.skill(1)), 'CR044',
  '`limit` must be a whole number from 1 to 2000.', 'I3: a page of a node has the same limit');
select results_eq('select tests.all_pages(2000, 0)', 'select tests.all_pages(700, 0)', 'I3: pages of the greatest size miss no row');

select * from finish();
rollback;
