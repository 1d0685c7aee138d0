begin;
select plan(1);

create temporary table ulid on commit drop as
  select private.uuid_to_ulid(gen_random_uuid()) as text from generate_series(1, 500)
  union all select tests.ulid(n) from generate_series(1, 500) n;

select results_eq('select text from ulid order by text collate "C"', 'select text from ulid order by private.ulid_to_uuid(text)',
  'I4: ids sort like their ULIDs');

select * from finish();
rollback;
