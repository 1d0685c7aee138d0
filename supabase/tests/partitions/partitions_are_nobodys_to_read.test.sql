begin;
select plan(3);

select ops.ensure_partitions('2040-01-01', 0);

select is_empty(
  $$ select p.oid::regclass from pg_class p join pg_namespace n on n.oid = p.relnamespace
     where n.nspname = 'learner' and p.relispartition and p.relkind = 'r'
       and not (p.relrowsecurity and exists (select from pg_policy y where y.polrelid = p.oid and pg_get_expr(y.polqual, p.oid) = 'false')) $$,
  'I9: every partition has a policy that shows no rows');
select is_empty($$ select name from tests.relations_open_to('authenticated') name where name ~ '_2040_01$' $$, 'I9: a new partition has no grants');
select tests.authenticate(tests.learner());
select throws_ok('select from learner.attempt_2040_01', '42501', null, 'I9: a learner cannot read a partition by its name');

select * from finish();
rollback;
