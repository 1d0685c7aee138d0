begin;
select plan(9);

create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;

select throws_ok(format('select public.support_timeline(tests.learner(), ''test'', %L)', cursor), 'CR012', null,
  'I11: a timeline cursor is refused: ' || cursor)
from unnest(array['', 'x', '2030-01-01', '2030-01-01T00:00:00.000000Z', '2030-02-30T00:00:00.000000Z|event|0', '2030-01-01T00:00:00.000000Z|event|',
  '2030-01-01T00:00:00.000000Z|EVENT|0']) cursor;
select is((select coalesce(max(id), 0) from ops.audit), (select id from before), 'I10: a refused cursor leaves no audit entry');
select is(private.timeline_cursor('2030-01-01 01:00+01', 'event', 'a0'), '2030-01-01T00:00:00.000000Z|event|a0',
  'I10: a timeline cursor has the time, the kind and the key of its row');

select * from finish();
rollback;
