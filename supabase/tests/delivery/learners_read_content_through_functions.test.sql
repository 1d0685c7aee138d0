begin;
select plan(7);

select tests.a_release();

select tests.authenticate(tests.learner());
select is(public.content_head() ->> 'version', '1', 'I9: a learner can read the head');
select is(json_array_length(public.content_delta() -> 'lines'), 11, 'I9: a learner can read the published rows');
select throws_ok('select from content.revision', '42501', null, 'I9: a learner cannot read the table of revisions');
select throws_ok('select from content.answer_key', '42501', null, 'I9: a learner cannot read the answer keys');
select tests.authenticate_anon();
select throws_ok('select public.content_head()', '42501', null, 'I9: anon cannot read the head');
select throws_ok('select public.content_delta()', '42501', null, 'I9: anon cannot read the published rows');
select tests.authenticate_service();
select is(json_array_length(public.content_delta() -> 'lines'), 11, 'I9: the service role can read the published rows');

select * from finish();
rollback;
