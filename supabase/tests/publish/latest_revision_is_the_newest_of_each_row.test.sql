begin;
select plan(1);

select tests.a_release();
update content.question set prompt = 'Edited' where id = tests.question(1);
delete from content.question where id = tests.question(2);
select tests.publish();

select results_eq(
  $$ select version, op, count(*) from private.latest_revision(private.content_schema()) group by 1, 2 order by 1, 2 $$,
  $$ values (1, 'upsert', 9::bigint), (2, 'delete', 1), (2, 'upsert', 1) $$, 'I3: one row an id, tombstones too');

select * from finish();
rollback;
