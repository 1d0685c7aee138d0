begin;
select plan(5);

select tests.a_release();
select tests.bundle_all();
update content.bundle set url_expires_at = clock_timestamp() + interval '16 days';
select is(tests.bundle_all(), '{}', 'C1: a URL is not renewed during the first half of its life');
update content.bundle set url_expires_at = clock_timestamp() + interval '14 days';
select is(tests.bundle_all(), array['sign'], 'C1: a URL is renewed in the second half of its life');
select is((select count(*) from content.bundle where url_expires_at > clock_timestamp() + interval '29 days'), 2 * tests.schemas()::bigint, 'C1: a renewed URL is valid for at least 29 days');
update content.bundle set url_expires_at = clock_timestamp() + interval '59 minutes' where domain_id = tests.domain(1);
select is((select json_agg(b ->> 'domain_id') from json_array_elements(private.content_bundles(1::smallint, 1)) b)::jsonb,
  jsonb_build_array(tests.domain(2)), 'C1: a manifest omits a bundle whose URL is about to expire');
select private.finish_signing((work ->> 'lease')::uuid, '{}', now() + interval '1 day') from (select tests.claim() as work) c;
select tests.leases_run_out();
select is(tests.bundle_all(), tests.writes(1) || 'sign'::text, 'C1: a bundle that cannot be signed is written again, because its object is missing');

select * from finish();
rollback;
