begin;
select plan(7);

select tests.a_release();
select tests.send_for(n, tests.progress(10, 1, 101), 'not json') from generate_series(4, 6) n;
update private.event_type set rules = (replace(rules::text, '$."body"."mastery" <= 100', '$."body"."mastery" <= 101'))::jsonpath
where type = 'progress.advanced';
alter table learner.skill_progress drop constraint skill_progress_mastery_in_range;

select tests.authenticate(tests.learner(3), 'support');
create temporary table run on commit drop as select * from public.replay_all_quarantined('invalid_event', most_learners => 2, reason => 'Fixed in 1.4');
select is(tests.raised($$ select public.replay_all_quarantined('invalid_event', reason => ' ') $$), 'CR071 reason', 'O1: a blank reason of a replay for all is refused');
select results_eq('select learners, applied, busy, remaining from run', $$ values (2, 2, '{}'::uuid[], 1) $$, 'U3: a replay of a code is bounded by learners and reports how many are left');
select results_eq($$ select learners, applied, remaining from public.replay_all_quarantined('invalid_event', (select began_at from run)) $$, 'values (1, 1, 0)', 'U3: the next replay of a code takes the remaining learner');
select results_eq($$ select learners, applied, remaining from public.replay_all_quarantined('invalid_event') $$, 'values (0, 0, 0)', 'U3: a finished replay of a code finds nothing to do');
select tests.reset_role();
select is((select count(*) from ops.quarantine where code = 'invalid_json' and status = 'open' and user_id in (tests.learner(4), tests.learner(5), tests.learner(6))),
  3::bigint, 'U3: a replay of a code leaves other codes alone');
select is((select count(*) from ops.quarantine_action a where a.action = 'replayed' and a.outcome = 'superseded' and a.actor = tests.learner(3)), 3::bigint, 'I10: each replayed event is recorded');
select results_eq(
  $$ select (select count(*) from ops.audit where action = 'replay_quarantined' and after ->> 'reason' = 'Fixed in 1.4'), (select count(*) from ops.quarantine_action where reason = 'Fixed in 1.4') $$,
  $$ values (2::bigint, 2::bigint) $$, 'O1: audit and actions keep the reason of a replay for all');

select * from finish();
rollback;
