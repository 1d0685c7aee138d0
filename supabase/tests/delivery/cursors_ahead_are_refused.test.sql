begin;
select plan(4);

select tests.a_release();

select throws_ok('select public.content_delta(private.history(), 2)', 'CR011', null,
  'I11: a delta since a version that was never published is refused');
select throws_ok('select public.content_delta(private.history(), 0, 2)', 'CR011', null, 'I11: a delta until a version that was never published is refused');
select throws_ok('select tests.page(1, 2)', 'CR011', null, 'I11: the Edge Function is refused a version that was never published');
select is(tests.raised('select tests.page(2)'), 'CR011 cursor_ahead', 'I11: an error about a cursor ahead of the server has the detail cursor_ahead');

select * from finish();
rollback;
