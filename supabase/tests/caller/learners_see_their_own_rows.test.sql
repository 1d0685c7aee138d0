begin;
select plan(10);

select tests.a_release();
create temporary table line on commit drop as
  select array[tests.event(10, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)),
    tests.attempt(11, 1)] as lines;
select tests.send(variadic lines), tests.send_for(2, variadic lines) from line;

select tests.authenticate(tests.learner(1));
select results_eq(format('select user_id, count(*) from public.%I group by user_id', name), 'select tests.learner(1), 1::bigint',
  format('I9: learner 1 sees one row of %s, their own', name))
from unnest(array['session', 'attempt', 'skill_progress', 'practice']) name;
select tests.authenticate(tests.learner(2), 'instructor');
select results_eq(format('select user_id, count(*) from public.%I group by user_id', name), 'select tests.learner(2), 1::bigint',
  format('I9: an instructor sees one row of %s, their own', name))
from unnest(array['session', 'attempt', 'skill_progress', 'practice']) name;
select tests.authenticate(tests.learner(3), 'admin');
select is_empty('select from learner.attempt', 'I9: an admin cannot read attempts of other learners');
select tests.authenticate_service();
select results_eq('select count(*) from public.attempt where user_id in (tests.learner(1), tests.learner(2))', 'values (2::bigint)',
  'I9: the service role reads the attempts of all learners');

select * from finish();
rollback;
