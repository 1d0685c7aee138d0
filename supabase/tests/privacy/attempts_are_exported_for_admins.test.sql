begin;
select plan(12);

select tests.a_release();
select tests.send_for(1, tests.attempt(10, 1, '{}', '{"occurred_at": "2025-03-09T10:00:00Z"}'), tests.attempt(11, 2, '{}', '{"occurred_at": "2025-03-08T10:00:00Z"}'),
  tests.attempt(12, 1, '{"duration_ms": -1}'));
select tests.send_for(2, tests.attempt(20, 1));

select results_eq($$ select attempt ->> 'event_id' from ops.export_attempts(tests.learner(1), 'test') $$, $$ values (tests.ulid(11)), (tests.ulid(10)) $$,
  'O5: an export of attempts has the learner''s attempts, oldest first, and no quarantined event');
select is((select count(*) from ops.audit where action = 'export_attempts' and object_id = tests.learner(1)::text and after ->> 'reason' = 'test'), 1::bigint,
  'O1: an export of attempts is recorded with its reason');
select is((select attempt from ops.export_attempts(tests.learner(1), 'test') limit 1),
  (select c.change -> 'row' from jsonb_array_elements(private.learner_changes(tests.learner(1), null, 100)::jsonb -> 'changes') c (change)
   where c.change ->> 'kind' = 'attempt' and c.change -> 'row' ->> 'event_id' = tests.ulid(11)),
  'O5: an exported attempt is the row that devices pull');
update learner.attempt set voided_at = '2025-04-01Z' where user_id = tests.learner(1) and event_id = tests.event_id(10);
select results_eq($$ select (attempt -> 'voided')::boolean, voided_at from ops.export_attempts(tests.learner(1), 'test') $$,
  $$ values (false, null::timestamptz), (true, '2025-04-01Z') $$, 'O5: an exported attempt says when support voided it');

create function pg_temp.answer_as(p_role text, p_call text) returns text language plpgsql as $$
declare v_answer text;
begin
  perform tests.become('none', tests.token_of(tests.learner(5), p_role));
  v_answer := tests.raised(p_call);
  perform tests.reset_role();
  return v_answer;
end $$;
select is(pg_temp.answer_as(role, 'select ops.export_attempts(tests.learner(1), ''test'')'), 'CR001', format('I9: the role %s cannot export a learner''s attempts', role))
from unnest(array['instructor', 'support']) role;
select is(pg_temp.answer_as('admin', 'select ops.export_attempts(tests.learner(1), ''test'')'), 'nothing', 'O5: an admin can export a learner''s attempts');
select is(tests.raised('select ops.export_attempts(tests.learner(1), '' '')'), 'CR071 reason', 'O1: an export of attempts needs a reason');
select is(tests.raised('select ops.export_attempts(tests.learner(99), ''test'')'), 'CR070 ' || tests.learner(99), 'O5: there is no export of attempts of an unknown learner');
select tests.authenticate(tests.learner(1));
select is(tests.raised('select ops.export_attempts(tests.learner(2), ''test'')'), '42501', 'I9: a learner cannot export the attempts of another learner');
select tests.authenticate_anon();
select is(tests.raised('select ops.export_attempts(tests.learner(2), ''test'')'), '42501', 'I9: anon cannot export attempts');
select tests.reset_role();
select ops.erase_learner(tests.learner(1));
select is(tests.raised('select ops.export_attempts(tests.learner(1), ''test'')'), 'CR024', 'O5: there is no export of attempts of an erased learner');

select * from finish();
rollback;
