begin;
select plan(15);

select tests.a_release();
select tests.bundle_all();
select tests.configure_signals();
select is(public.content_head() #>> '{bundled,version}', '1', 'C1: the head says that the release is bundled');
select is(ops.continue_bundles(), false, 'C1: a bundled release needs no worker');
select ops.rotate_history();
select is(public.content_head() ->> 'bundled', null, 'I11: after a change of history the head says that the release is not bundled');
select is(ops.continue_bundles(), true, 'I11: a change of history wakes the bundle worker');
select is(private.content_bundles(1::smallint, 1)::jsonb, '[]', 'I11: a manifest names no bundles of another history');
select is(tests.bundle_all(), tests.writes(2) || 'sign'::text, 'I11: the bundles are written again for a new history');
select is(json_array_length(private.content_bundles(1::smallint, 1)), 2, 'I11: the manifest names the bundles of the new history');
select is(public.content_head() #>> '{bundled,version}', '1', 'I11: the head says that the release is bundled in the new history');
select is(ops.remove_old_bundles(), 2 * tests.schemas(), 'I11: bundles of the old history are retired');

-- A day later. The new bundles have the same domains, schemas and versions.
update content.bundle set retired_at = retired_at - interval '25 hours' where retired_at is not null;
create temporary table removal on commit drop as select tests.claim() as work;
select is(work ->> 'task', 'remove', 'I11: retired bundles of the old history are removed after the grace period') from removal;
select is((select count(*) from removal, json_array_elements(work -> 'bundles')), 2 * tests.schemas()::bigint, 'I11: the removal covers all bundles of the old history');
select is((select count(*) from removal, json_array_elements(work -> 'bundles') b where starts_with(b ->> 'path', private.history() || '/')), 0::bigint,
  'I11: the removal covers no bundle of the new history');
select tests.do_work(work) from removal;
select is((select array_agg(distinct history) from content.bundle), array[private.history()], 'I11: removed bundles of the old history have no rows');
select is(json_array_length(private.content_bundles(1::smallint, 1)), 2, 'I11: the manifest still names the bundles of the new history');
select is(tests.bundle_all(), '{}', 'I11: the worker has nothing to do after the removal');

select * from finish();
rollback;
