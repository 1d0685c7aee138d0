begin;
select plan(4);

select tests.a_curriculum();

select is(public.content_head() ->> 'version', '0', 'I1: the head has version 0 before the first release');
select is(tests.publish(), 1, 'I1: the first release is version 1');
select results_eq(
  'select version, domains, skills, questions, upserts, deletes from content.release',
  'values (1, 2, 3, 6, 11, 0)', 'I2: the first release has every active draft');
select results_eq(
  'select kind, count(*) from content.revision where schema = 2 and op = $$upsert$$ and version = 1 group by kind order by kind',
  $$ values ('domain', 2::bigint), ('question', 6), ('skill', 3) $$, 'I2: the first release has one revision for each draft');

select * from finish();
rollback;
