begin;
select plan(4);

select tests.a_release();

update content.question set prompt = 'Second' where id = tests.question(1);
select throws_ok($$ select private.publish_release(null, 'stale', false) $$, 'CR004', null, 'I1: a publish with a stale hash is refused');
select is(tests.publish(), 2, 'I1: a refused publish takes no version');
update content.question set prompt = 'Third' where id = tests.question(1);
select is(tests.publish(), 3, 'I1: the next release takes the next version');
select results_eq('select version from content.release order by published_at', 'values (1), (2), (3)',
  'I1: versions have no gaps and follow the order of publishing');

select * from finish();
rollback;
