begin;
select plan(10);

select tests.authenticate('00000000-0000-4000-8000-000000000001', 'support');
select is(current_user::text, 'authenticated', 'authenticate() takes the role');
select is(auth.uid(), '00000000-0000-4000-8000-000000000001'::uuid, 'authenticate() sets the user');
select is(auth.jwt() -> 'app_metadata', '{"role": "support"}', 'authenticate() sets the app role');

select tests.authenticate('00000000-0000-4000-8000-000000000002');
select is(auth.jwt() -> 'app_metadata', '{}', 'a learner has no app role');

select tests.authenticate_anon();
select is(current_user::text, 'anon', 'authenticate_anon() takes the role');
select is(auth.uid(), null, 'a caller without a session is no user');

select tests.authenticate_service();
select is(current_user::text, 'service_role', 'authenticate_service() takes the role');
select is(auth.role(), 'service_role', 'authenticate_service() sets the role claim');

select tests.reset_role();
select is(current_user::text, 'postgres', 'reset_role() leaves the role');
select is(auth.jwt(), null, 'reset_role() leaves no claims behind');

select * from finish();
rollback;
