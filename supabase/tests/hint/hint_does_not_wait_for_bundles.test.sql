begin;
select plan(4);

select tests.configure_signals();
select tests.a_release();
select results_eq('select version from tests.hints()', 'values (1)', 'S1: a release is hinted at once when bundles are written');
select is(public.content_head() ->> 'bundled', null, 'S1: the release has no bundles when it is hinted');
select tests.bundle_all();
select isnt(public.content_head() ->> 'bundled', null, 'S1: the bundles follow the hint');
select is((select count(*) from tests.hints()), 1::bigint, 'S1: bundles send no second hint');

select * from finish();
rollback;
