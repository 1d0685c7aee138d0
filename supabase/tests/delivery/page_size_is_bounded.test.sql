begin;
select plan(5);

select tests.a_curriculum();
insert into content.question (skill_id, key, prompt, choices, answer)
select tests.skill(1), 'many-' || n, 'Many', '{a,b}', '{"choice": 0}' from generate_series(1, 2000) n;
select tests.publish();

select is((regexp_match(tests.page(0, p_limit => page_rows), '"rows":(\d+),"next":"'))[1]::integer, given,
  format('I3: a request for %s rows gets %s', page_rows, given))
from (values (-1, 1), (0, 1), (2000, 2000), (100000, 2000)) as asked (page_rows, given);
select results_eq('select tests.all_pages(2000, 0)', 'select tests.all_pages(700, 0)', 'I3: pages of the greatest size miss no row');

select * from finish();
rollback;
