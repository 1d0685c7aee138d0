begin;
select plan(8);

select tests.configure_signals();
select tests.a_release();
select is((select bundled_at from content.release_state), null, 'C1: a new release is not bundled');
select is(private.release_is_bundled(1, private.history()), false, 'C1: the database reports a new release as not bundled');
select is(private.content_bundles(1::smallint, 1)::jsonb, '[]', 'C1: the manifest of a new release names no bundles');
select is(tests.bundle_all(), tests.writes(2) || 'sign'::text, 'C1: the worker writes one file for each domain and then signs all URLs');
select isnt((select bundled_at from content.release_state), null, 'C1: the release is bundled when all URLs are signed');
select is(private.release_is_bundled(1, private.history()), true, 'C1: the database reports the release as bundled');
select results_eq(
  $$ select b ->> 'domain_id', (b ->> 'rows')::integer, (b ->> 'bytes')::integer, b ->> 'sha256', b ->> 'url'
     from json_array_elements(private.content_bundles(1::smallint, 1)) b $$,
  $$ select n.id::text, n.rows, octet_length(t.text), t.sha256, format('https://signed.test/%s/1/%s.ndjson.gz', private.history(), t.sha256)
     from content.tree_node n
     cross join lateral (select x as text, encode(sha256(convert_to(x, 'UTF8')), 'hex') as sha256 from private.bundle_text(1::smallint, n.id, 1) x) t
     where n.schema = 1 and n.kind = 'domain' order by n.id $$,
  'C1: the manifest names the rows, size, hash and URL of each file');
select is(tests.bundle_all(), '{}', 'C1: a bundled release leaves the worker nothing to do');

select * from finish();
rollback;
