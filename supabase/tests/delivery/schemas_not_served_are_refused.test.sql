begin;
select plan(11);

select tests.a_release();
insert into content.schema (schema, state, ends_at) values (98, 'retired', now()), (99, 'previous', '2030-01-01T00:00:00Z');

select is((public.content_head(99::smallint) ->> 'schema_ends_at')::timestamptz, '2030-01-01T00:00:00Z', 'C8: the head announces when a previous schema ends');
select throws_ok('select public.content_head(98::smallint)', 'CR040', null, 'C8: the head of a retired schema is refused');
select is(tests.raised('select public.content_head(77::smallint)'), 'CR044 schema', 'C8: a schema that never existed is an invalid parameter');
select is(tests.raised('select public.content_head(98::smallint)'),
  (select 'CR040 ' || min(schema) from content.schema where state <> 'retired'), 'C8: the error about a retired schema names the lowest schema that is served');
select throws_ok('select public.content_delta(schema => 98::smallint)', 'CR040', null, 'C8: a delta of a retired schema is refused');
select throws_ok('select private.content_manifest(null, 98::smallint, 1)', 'CR040', null, 'C8: a manifest of a retired schema is refused');
select throws_ok('select private.content_node(null, 98::smallint, 1, tests.skill(1), null, 10)', 'CR040', null, 'C8: a node of a retired schema is refused');
update content.schema set state = 'previous', ends_at = null where schema = 98;
select is(public.content_head(98::smallint) ->> 'schema', '98', 'C8: a schema that is brought back is served');
update content.schema set ends_at = clock_timestamp() + interval '1 day' where schema = 98;
select is(public.content_head(98::smallint) ->> 'schema', '98', 'C8: a schema is served until its announced end');
update content.schema set ends_at = now() where schema = 98;
select throws_ok('select public.content_head(98::smallint)', 'CR040', null, 'C8: a schema is refused after its announced end');
select is(public.content_head(private.content_schema()) ->> 'schema_ends_at', null, 'C8: the current schema has no end');

select * from finish();
rollback;
