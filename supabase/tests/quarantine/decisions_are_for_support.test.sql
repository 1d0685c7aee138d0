begin;
select plan(30);

select tests.a_release();
select tests.send('nonsense', tests.attempt(10, 1));
create temporary table call on commit drop as select * from (values
  ($$ select public.replay_quarantined(tests.learner()) $$),
  ($$ select public.replay_all_quarantined('invalid_json') $$),
  ($$ select public.projection_differences() $$),
  ($$ select public.rebuild_learner(tests.learner()) $$),
  ($$ select public.mend_quarantined(tests.learner(), repeat('0', 64), '{}', 'r') $$),
  ($$ select public.discard_quarantined(tests.learner(), array[tests.quarantine_id('nonsense')], 'r') $$),
  ($$ select public.restore_quarantined(tests.learner(), array[tests.quarantine_id('nonsense')], 'r') $$),
  ($$ select public.support_reset_progress(tests.learner(), tests.skill(1), 'r') $$),
  ($$ select public.support_void(tests.learner(), 'attempt', tests.ulid(10), 'r') $$),
  ($$ select public.support_unvoid(tests.learner(), 'attempt', tests.ulid(10), 'r') $$)) c (statement);
grant select on call to authenticated;
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;

select tests.authenticate(tests.learner(), role) from unnest(array['instructor', null]) role;
select throws_ok(statement, 'CR001', null, 'I9: a learner is denied: ' || statement) from call;
select tests.authenticate(tests.learner(2), 'instructor');
select throws_ok(statement, 'CR001', null, 'I9: an instructor is denied: ' || statement) from call;
select tests.reset_role();
select is((select coalesce(max(id), 0) from ops.audit), (select id from before), 'I10: refused calls leave no audit entry');

select tests.authenticate(tests.learner(3), 'support');
select is(tests.raised(statement), refusal, 'U3: a call of support is refused with ' || refusal || ': ' || statement)
from (values
  ($$ select public.discard_quarantined(tests.learner(), array[tests.quarantine_id('nonsense')], ' ') $$, 'CR071 reason'),
  ($$ select public.discard_quarantined(tests.learner(), array[tests.quarantine_id('nonsense')], repeat('x', 501)) $$, 'CR071 reason'),
  ($$ select public.discard_quarantined(tests.learner(), '{}', 'r') $$, 'CR071 ids'),
  ($$ select public.discard_quarantined(tests.learner(), null, 'r') $$, 'CR071 ids'),
  ($$ select public.discard_quarantined(tests.learner(), array['x', null], 'r') $$, 'CR071 ids'),
  ($$ select public.replay_quarantined(tests.learner(), array[repeat('0', 64)]) $$, 'CR070 ' || repeat('0', 64)),
  ($$ select public.replay_quarantined(tests.learner(9)) $$, 'CR070 learner'),
  ($$ select public.mend_quarantined(tests.learner(), tests.quarantine_id('nonsense'), '[]', 'r') $$, 'CR071 mended'),
  ($$ select public.mend_quarantined(tests.learner(2), tests.quarantine_id('nonsense'), '{}', 'r') $$, 'CR070 learner')) r (statement, refusal);

select * from finish();
rollback;
