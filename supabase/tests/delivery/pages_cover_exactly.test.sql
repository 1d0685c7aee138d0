begin;
select plan(6);

select tests.a_release();
update content.question set prompt = 'Edited' where id = tests.question(2);
select tests.publish();

select results_eq(format('select tests.all_pages(%s, 0)', page_rows), 'select tests.all_pages(1000, 0)',
  format('I3: pages of %s rows give the same lines as one page', page_rows))
from unnest(array[1, 2, 3, 10, 11]) page_rows;
select set_eq('select tests.all_pages(4, 0)',
  'select distinct on (kind, id) body from content.revision where 1 between from_schema and schema order by kind, id, version desc',
  'I3: the pages hold the newest revision of every row');

select * from finish();
rollback;
