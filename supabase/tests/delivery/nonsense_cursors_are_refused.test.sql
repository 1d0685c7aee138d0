begin;
select plan(9);

select tests.a_release();
update content.domain set title = 'Edited' where id = tests.domain(1);
select tests.publish();

select throws_ok('select public.content_delta(private.history(), -1)', 'CR012', null, 'I11: a negative version is refused');
select throws_ok('select public.content_delta(private.history(), 2, 1)', 'CR012', null, 'I11: a delta to an older version is refused');
select throws_ok('select public.content_delta(since => null)', 'CR012', null, 'I11: a null since is refused');
select throws_ok(format('select tests.page(0, p_after => %L)', cursor), 'CR012', null, 'I11: a page cursor is refused: ' || cursor)
from unnest(array['', '1', '1.domain', '1.domain.x', '-1.domain.d0000000-0000-4000-8000-000000000001',
  '1.domain.D0000000-0000-4000-8000-000000000001']) cursor;

select * from finish();
rollback;
