begin;
select plan(4);

select tests.a_curriculum();

select throws_ok('truncate content.' || name || ' cascade', 'CR002', null,
  'I10: no trail would say which rows were truncated from ' || name)
from unnest(array['domain', 'skill', 'question']) name;
select is((select count(*) from content.question), 6::bigint, 'I10: they are still there');

select * from finish();
rollback;
