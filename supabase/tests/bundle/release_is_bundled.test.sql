begin;
select plan(8);

select tests.configure_signals();
select tests.a_release();
select is((select bundled_at from content.release_state), null, 'C1: a new release is not bundled');
select is(public.content_head() ->> 'bundled', null, 'C1: the head of a new release names no bundled release');
select is(private.content_bundles(1::smallint, 1)::jsonb, '[]', 'C1: the manifest of a new release names no bundles');
-- The files by themselves, before the worker uploads them.
insert into content.bundle (history, schema, domain_id, version, rows, lease)
select private.history(), n.schema, n.domain_id, n.version, n.rows, gen_random_uuid() from private.domain_node_at(1) n;
create temporary table file on commit drop as
  select b.domain_id, b.rows, private.bundle_text(b.lease) as text from content.bundle b where b.schema = 1;
select is(tests.bundle_all(), tests.writes(2) || 'sign'::text, 'C1: the worker writes one file for each domain and then signs all URLs');
select isnt((select bundled_at from content.release_state), null, 'C1: the release is bundled when all URLs are signed');
select is(public.content_head() #>> '{bundled,version}', '1', 'C1: the head names the bundled release');
select results_eq(
  $$ select b ->> 'domain_id', (b ->> 'rows')::integer, (b ->> 'bytes')::integer, b ->> 'sha256', b ->> 'url'
     from json_array_elements(private.content_bundles(1::smallint, 1)) b $$,
  $$ select f.domain_id::text, f.rows, octet_length(f.text), t.sha256, format('https://signed.test/%s/1/%s.ndjson.gz', private.history(), t.sha256)
     from file f
     cross join lateral (select encode(sha256(convert_to(f.text, 'UTF8')), 'hex') as sha256) t
     order by f.domain_id $$,
  'C1: the manifest names the rows, size, hash and URL of each file');
select is(tests.bundle_all(), '{}', 'C1: a bundled release leaves the worker nothing to do');

select * from finish();
rollback;
