begin;
select plan(4);

select is(private.union_of(array[tests.question(3), tests.question(1)], array[tests.question(2), tests.question(1)]),
  array[tests.question(1), tests.question(2), tests.question(3)], 'I5: each once, in order');
select is(private.union_of('{}', '{}'), '{}', 'I5: nothing and nothing is nothing');
select is(private.union_of(a, b), private.union_of(b, a),
  'I5: from either side') from (select array[tests.question(2)], array[tests.question(1)]) x (a, b);
select is(private.union_of(a, a), a, 'I5: with itself the same') from (select array[tests.question(1), tests.question(2)]) x (a);

select * from finish();
rollback;
