begin;
select plan(4);

select tests.a_release();
select tests.bundle_all();
select ops.rotate_history();
select is(private.content_bundles(1::smallint, 1)::jsonb, '[]', 'I11: bundles of another history are not named');
select is(tests.bundle_all(), tests.writes(2) || 'sign'::text, 'I11: they are written again');
select is(json_array_length(private.content_bundles(1::smallint, 1)), 2, 'I11: under the new history');
select is(ops.remove_old_bundles(), 2 * tests.schemas(), 'I11: and the old ones are retired');

select * from finish();
rollback;
