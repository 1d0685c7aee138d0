begin;
select plan(7);

select tests.a_release();

select tests.authenticate(tests.learner());
select is(public.content_head() ->> 'version', '1', 'I9: a learner asks for the head');
select is(json_array_length(public.content_delta() -> 'lines'), 11, 'I9: and for what is published');
select throws_ok('select from content.revision', '42501', null, 'I9: but reads no table');
select throws_ok('select from content.answer_key', '42501', null, 'I9: nor the answer keys');
select tests.authenticate_anon();
select throws_ok('select public.content_head()', '42501', null, 'I9: without a session there is no head');
select throws_ok('select public.content_delta()', '42501', null, 'I9: and no content');
select tests.authenticate_service();
select is(json_array_length(public.content_delta() -> 'lines'), 11, 'I9: the service reads it too');

select * from finish();
rollback;
