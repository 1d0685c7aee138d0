begin;
select plan(9);

select tests.a_release();
select tests.send_for(1, tests.attempt(10, 1, '{"answer": {"choice": 0, "hints": 2}}', '{"occurred_at": "2025-03-09T10:00:00Z"}'),
  tests.attempt(11, 2, '{}', '{"occurred_at": "2025-03-08T10:00:00Z"}'));
select tests.become('none', tests.token_of(tests.learner(9), 'support'));

select results_eq($$ select attempt ->> 'event_id' from learner_attempts(tests.learner(1), 'test') $$, $$ values (tests.ulid(11)), (tests.ulid(10)) $$,
  'O5: support gets a learner''s attempts, oldest first');
select results_eq($$ select attempt ->> 'event_id' from learner_attempts(tests.learner(1), 'test', after => (select cursor from learner_attempts(tests.learner(1), 'test', page_rows => 1))) $$,
  $$ values (tests.ulid(10)) $$, 'O5: the next page of attempts begins after the cursor');
select results_eq($$ select attempt -> 'answer' from learner_attempts(tests.learner(1), 'test') $$, $$ values ('{}'::jsonb), ('{"hints": 2}') $$,
  'O2: an attempt without a grant holds the number of hints, and nothing that was answered');
select is(tests.raised($$ select public.learner_attempts(tests.learner(1), 'test', after => gen_random_uuid()::text) $$), 'CR012 cursor_invalid', 'O5: a cursor of no attempt is refused');
select is(tests.raised($$ select public.learner_attempts(tests.learner(99), 'test') $$), 'CR070 ' || tests.learner(99), 'O5: an id of no learner is refused, so that a mistyped id is no empty export');
select is(tests.raised($$ select public.learner_attempts(null, 'test') $$), 'CR070', 'O5: attempts of nobody are refused');
select tests.reset_role();
select grant_support(tests.learner(9), 'a ticket', 1);
select tests.become('none', tests.token_of(tests.learner(9), 'support'));
select is((select attempt -> 'answer' from learner_attempts(tests.learner(1), 'test', true) offset 1), '{"choice": 0, "hints": 2}', 'O2: support gets the answers with a grant');
select tests.reset_role();
select cmp_ok((select count(*) from ops.audit where action = 'learner_attempts' and object_id = tests.learner(1)::text and after ->> 'reason' = 'test'), '=', 5::bigint,
  'O1: each page of attempts is recorded with its reason');
select ops.erase_learner(tests.learner(1));
select tests.become('none', tests.token_of(tests.learner(9), 'support'));
select is(tests.raised($$ select public.learner_attempts(tests.learner(1), 'test') $$), 'CR024', 'O5: support gets no attempts of an erased learner');
select tests.reset_role();

select * from finish();
rollback;
