begin;
select plan(1);

select tests.a_release();
select tests.send(tests.attempt(10, 1));

select tests.authenticate(tests.learner());
select public.merge_progress(tests.ulid(11), tests.device(), '2025-01-01T10:00:00Z', tests.skill(1), 10);
select tests.reset_role();
select results_eq('select platform, app_version, content_version from learner.device where user_id = tests.learner()',
  $$ values ('android', '1.4.0', 1) $$,
  'I10: a call that does not say what the device is forgets nothing about it');

select * from finish();
rollback;
