begin;
select plan(5);

select tests.a_release();
select tests.bundle_all();
update content.bundle set url_expires_at = clock_timestamp() + interval '16 days';
select is(tests.bundle_all(), '{}', 'C1: a URL is good for half its life');
update content.bundle set url_expires_at = clock_timestamp() + interval '14 days';
select is(tests.bundle_all(), array['sign'], 'C1: then it is renewed');
select is((select count(*) from content.bundle where url_expires_at > clock_timestamp() + interval '29 days'), 2 * tests.schemas()::bigint, 'C1: long before it ends');
update content.bundle set url_expires_at = clock_timestamp() + interval '59 minutes' where domain_id = tests.domain(1);
select is((select json_agg(b ->> 'domain_id') from json_array_elements(private.content_bundles(1::smallint, 1)) b)::jsonb,
  jsonb_build_array(tests.domain(2)), 'C1: one about to end is named by no manifest');
select private.finish_signing((work ->> 'lease')::uuid, '{}', now() + interval '1 day') from (select tests.claim() as work) c;
select tests.leases_run_out();
select is(tests.bundle_all(), tests.writes(1) || 'sign'::text, 'C1: what can''t be signed has lost its object, and is written again');

select * from finish();
rollback;
