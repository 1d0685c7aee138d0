begin;
select plan(4);

select tests.a_release();

select throws_ok('select public.content_delta(private.history(), 2)', 'CR011', null,
  'I11: a version that was never published is not believed');
select throws_ok('select public.content_delta(private.history(), 0, 2)', 'CR011', null, 'I11: nor one to read until');
select throws_ok('select tests.page(1, 2)', 'CR011', null, 'I11: the Edge Function hears the same');
select is(tests.raised('select tests.page(2)'), 'CR011 cursor_ahead', 'I11: with a code for programs');

select * from finish();
rollback;
