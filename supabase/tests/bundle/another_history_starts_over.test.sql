begin;
select plan(9);

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

select * from finish();
rollback;
