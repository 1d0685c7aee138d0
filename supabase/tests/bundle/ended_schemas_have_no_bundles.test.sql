begin;
select plan(14);

select tests.a_release();
select tests.bundle_all();
select tests.configure_signals();
create temporary view served as select count(*) as bundles from json_array_elements(private.content_bundles(1::smallint, 1));

update content.schema set ends_at = clock_timestamp() - interval '1 second' where schema = 1;
update content.bundle set url_expires_at = clock_timestamp() + interval '1 day';
select is((private.claim_bundle_work() #> '{bundles}')::jsonb @> '[{"schema": 1}]', false, 'C8: URLs of an ended schema are not renewed');
select tests.leases_run_out();
select is(ops.remove_old_bundles(), 2, 'C8: bundles of an ended schema are retired');
select is((select array_agg(distinct schema) from content.bundle where retired_at is not null), array[1::smallint], 'C8: bundles of other schemas are not retired');
select is(tests.bundle_all(), array['sign'], 'C8: URLs of the other schemas are renewed');
select is(ops.continue_bundles(), false, 'C8: an ended schema leaves no work for the bundle worker');

update content.schema set ends_at = clock_timestamp() + interval '1 day' where schema = 1;
select is(ops.continue_bundles(), true, 'C8: a postponed end of a schema wakes the bundle worker');
select is(tests.bundle_all(), array['sign'], 'C8: retired bundles that still exist are used again');
select is((select bundles from served), 2::bigint, 'C8: the manifest names the bundles that are used again');

update content.schema set state = 'retired', ends_at = null where schema = 1;
update content.question set prompt = 'New' where id in (tests.question(1), tests.question(5));
select tests.publish();
select is(tests.bundle_all(), array['write', 'write', 'sign'], 'C8: a retired schema gets no bundles of a new release');
select is(ops.remove_old_bundles(), 2, 'C8: the bundles of a retired schema are retired, however many releases are kept');
update content.bundle set retired_at = retired_at - interval '25 hours' where retired_at is not null;
create temporary table removal on commit drop as select tests.claim() as work;
select is((select count(*) from removal, json_array_elements(work -> 'bundles') b where work ->> 'task' = 'remove' and b ->> 'schema' = '1'), 2::bigint,
  'C8: the bundles of a retired schema are removed after the grace period');

-- The worker is killed during the removal, so the state of the objects is unknown.
update content.schema set state = 'previous' where schema = 1;
select is(tests.bundle_all(), '{}', 'C8: a bundle that a worker is removing is not written');
select tests.leases_run_out();
select is(tests.bundle_all(), array['write', 'write', 'sign'], 'C8: a bundle whose removal was interrupted is written again');
select is((select bundles from served), 2::bigint, 'C8: the manifest names the bundles that were written again');

select * from finish();
rollback;
