begin;
select plan(14);

select tests.a_release();
select tests.bundle_all();
select tests.configure_signals();
create temporary view served as select count(*) as bundles from json_array_elements(private.content_bundles(1::smallint, 1));

update content.schema set ends_at = clock_timestamp() - interval '1 second' where schema = 1;
update content.bundle set url_expires_at = clock_timestamp() + interval '1 day';
select is((private.claim_bundle_work() #> '{bundles}')::jsonb @> '[{"schema": 1}]', false, 'C8: URLs of a schema that has ended are not renewed');
select tests.leases_run_out();
select is(ops.remove_old_bundles(), 2, 'C8: its bundles are retired');
select is((select array_agg(distinct schema) from content.bundle where retired_at is not null), array[1::smallint], 'C8: and no others');
select is(tests.bundle_all(), array['sign'], 'C8: the others are renewed');
select is(ops.continue_bundles(), false, 'C8: and nothing more is due');

update content.schema set ends_at = clock_timestamp() + interval '1 day' where schema = 1;
select is(ops.continue_bundles(), true, 'C8: where the end is put off after all, the worker is woken');
select is(tests.bundle_all(), array['sign'], 'C8: what was not removed yet is taken back as it is');
select is((select bundles from served), 2::bigint, 'C8: and named again');

update content.schema set state = 'retired', ends_at = null where schema = 1;
update content.question set prompt = 'New' where id in (tests.question(1), tests.question(5));
select tests.publish();
select is(tests.bundle_all(), array['write', 'write', 'sign'], 'C8: a retired schema gets none of a new release');
select is(ops.remove_old_bundles(), 2, 'C8: and those that it has are retired, whatever releases are kept');
update content.bundle set retired_at = retired_at - interval '25 hours' where retired_at is not null;
create temporary table removal on commit drop as select tests.claim() as work;
select is((select count(*) from removal, json_array_elements(work -> 'bundles') b where work ->> 'task' = 'remove' and b ->> 'schema' = '1'), 2::bigint,
  'C8: to be removed after the grace');

-- Its worker is killed in the middle of that: nobody knows what is left of the objects.
update content.schema set state = 'previous' where schema = 1;
select is(tests.bundle_all(), '{}', 'C8: what somebody is removing is left to them');
select tests.leases_run_out();
select is(tests.bundle_all(), array['write', 'write', 'sign'], 'C8: and written again where they did not come to an end');
select is((select bundles from served), 2::bigint, 'C8: before it is named');

select * from finish();
rollback;
