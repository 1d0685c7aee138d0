begin;
select plan(15);

select tests.a_release();
select tests.bundle_all();
select tests.configure_signals();
select is(public.content_head() ->> 'bundled', 'true', 'C1: the head says when the release is bundled');
select is(ops.continue_bundles(), false, 'C1: and then there is nothing to wake the worker for');
select ops.rotate_history();
select is(public.content_head() ->> 'bundled', 'false', 'I11: in another history it is not, until the files are written again');
select is(ops.continue_bundles(), true, 'I11: for which the worker is woken');
select is(private.content_bundles(1::smallint, 1)::jsonb, '[]', 'I11: bundles of another history are not named');
select is(tests.bundle_all(), tests.writes(2) || 'sign'::text, 'I11: they are written again');
select is(json_array_length(private.content_bundles(1::smallint, 1)), 2, 'I11: under the new history');
select is(public.content_head() ->> 'bundled', 'true', 'I11: and the head says so again');
select is(ops.remove_old_bundles(), 2 * tests.schemas(), 'I11: and the old ones are retired');

-- A day later. The new ones are of the same domains, schemas and versions.
update content.bundle set retired_at = retired_at - interval '25 hours' where retired_at is not null;
create temporary table removal on commit drop as select tests.claim() as work;
select is(work ->> 'task', 'remove', 'I11: after the grace the old ones are removed') from removal;
select is((select count(*) from removal, json_array_elements(work -> 'bundles')), 2 * tests.schemas()::bigint, 'I11: all of them');
select is((select count(*) from removal, json_array_elements(work -> 'bundles') b where starts_with(b ->> 'path', private.history() || '/')), 0::bigint,
  'I11: and none of the new history, which manifests name');
select tests.do_work(work) from removal;
select is((select array_agg(distinct history) from content.bundle), array[private.history()], 'I11: only they are forgotten');
select is(json_array_length(private.content_bundles(1::smallint, 1)), 2, 'I11: the manifest names what it did');
select is(tests.bundle_all(), '{}', 'I11: and nothing is left to do');

select * from finish();
rollback;
