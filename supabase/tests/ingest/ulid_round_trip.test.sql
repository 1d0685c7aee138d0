begin;
select plan(14);

create temporary table ulid (text text, id uuid) on commit drop;
insert into ulid values
  ('00000000000000000000000000', '00000000-0000-0000-0000-000000000000'),
  ('7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
  ('01ARZ3NDEKTSV4RRFFQ69G5FAV', '01563e3a-b5d3-d676-4c61-efb99302bd5b'),
  ('00000000000000000000000001', '00000000-0000-0000-0000-000000000001'),
  ('00000000000008000000000000', '00000000-0000-0000-8000-000000000000'),
  ('0000000000000G000000000000', '00000000-0000-0001-0000-000000000000');

select is(private.ulid_to_uuid(text), id, 'I4: a ULID converts to a uuid: ' || text) from ulid;
select is(private.uuid_to_ulid(id), text, 'I4: a uuid converts back to its ULID: ' || text) from ulid;
select is_empty($$ select from (select gen_random_uuid() as id from generate_series(1, 1000)) x
  where private.ulid_to_uuid(private.uuid_to_ulid(id)) <> id $$,
  'I4: random uuids survive the conversion to a ULID and back');
select is(private.ulid_to_uuid(null), null, 'I4: a null ULID converts to null');

select * from finish();
rollback;
