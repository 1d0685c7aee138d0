begin;
select plan(4);

select tests.a_release();
update content.domain set title = 'Edited' where id = tests.domain(1);
select tests.publish();

select throws_ok($$ select public.content_delta('0000000000000000', 1) $$, 'CR010', null, 'I11: a delta of another history is refused');
select throws_ok('select public.content_delta(null, 1)', 'CR010', null, 'I11: a delta without a history is refused');
select throws_ok($$ select public.content_delta('0000000000000000', 0, 2, null, '1.domain.d0000000-0000-4000-8000-000000000001') $$, 'CR010', null,
  'I11: a further snapshot page of another history is refused');
select lives_ok('select public.content_delta()', 'I11: a snapshot needs no history');

select * from finish();
rollback;
