-- A small world for the views of instructors, whose figures can be counted by hand.
set local check_function_bodies = off;

create function tests.a_cohort() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_wrong constant jsonb := '{"answer": {"choice": 0}}';
begin
  perform tests.a_release();
  -- Learner 1: question 1 wrong, wrong, right; question 2 right. Learner 2: question 3 wrong. Learner 3: question 4 right, without question 3.
  perform tests.send(tests.attempt(10, 1, v_wrong), tests.attempt(11, 1, v_wrong), tests.attempt(12, 1), tests.attempt(13, 2));
  perform tests.send_for(2, tests.attempt(21, 2, v_wrong), tests.attempt(22, 3, v_wrong));
  perform tests.send_for(3, tests.attempt(30, 4));
  -- The second release changes the answer of question 1. Learner 1 answers the old version. Learners 2 and 3 answer the new one, right and wrong.
  update content.question set answer = '{"choice": 2}' where id = tests.question(1);
  perform tests.publish();
  perform tests.send(tests.attempt(14, 1));
  perform tests.send_for(2, tests.attempt(23, 1, '{"content_version": 2, "answer": {"choice": 2}}'));
  perform tests.send_for(3, tests.attempt(31, 1, '{"content_version": 2}'));
  -- Learner 2's first answer to question 1 arrives last, twice, and is right. The answer to question 2 is voided.
  perform tests.send_for(2, tests.attempt(20, 1), tests.attempt(20, 1));
  perform tests.send_for(2, tests.attempt(20, 1));
  perform private.void_record(tests.learner(2), 'attempt', tests.ulid(21), 'a friend had the tablet', true);
  insert into ops.cohort (id, name) values (tests.domain(1), 'one');
  insert into ops.cohort_member (cohort_id, user_id) select tests.domain(1), tests.learner(n) from pg_catalog.generate_series(1, 3) n;
  perform tests.token_of(tests.learner(21), 'instructor');
  insert into ops.cohort_staff (cohort_id, user_id) values (tests.domain(1), tests.learner(21));
end
$$;
comment on function tests.a_cohort() is
  'Cohort one (the id is tests.domain(1)) with learners 1 to 3, the instructor 21, and answers to two releases: late, twice, outdated and voided.';

create function tests.seen_by(p_user uuid, p_app_role text, p_query text) returns setof text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform tests.authenticate(p_user, p_app_role);
  return query execute pg_catalog.format('select (q)::text from (%s) q', p_query);
  perform tests.reset_role();
end
$$;
comment on function tests.seen_by(uuid, text, text) is 'Returns the rows of a query as a user with an app role gets them.';

grant execute on all functions in schema tests to anon, authenticated, service_role;
