begin;
select plan(4);

select tests.a_curriculum();

select throws_ok('truncate content.' || name || ' cascade', 'CR002', null,
  'I10: drafts cannot be truncated without an audit trail: ' || name)
from unnest(array['domain', 'skill', 'question']) name;
select is((select count(*) from content.question), 6::bigint, 'I10: the drafts are still there after refused truncates');

select * from finish();
rollback;
