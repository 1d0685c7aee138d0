begin;
select plan(17);

-- All accounts are a year old. 1 and 2 are anonymous; 2 and 4 study; 5 refreshes its session; 6 has another sign-in service.
insert into auth.users (id, is_anonymous, created_at) select tests.learner(n), n <= 2, now() - interval '1 year' from generate_series(1, 5) n;
insert into learner.state (user_id, created_at) select tests.learner(n), now() - interval '300 days' from unnest(array[1, 2, 4, 6]) n;
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at)
select tests.learner(n), tests.device(), now() - interval '300 days', now() - age
from (values (1, interval '200 days'), (2, interval '1 hour'), (4, interval '20 days'), (6, interval '250 days')) v (n, age);
insert into auth.sessions (id, user_id, created_at, updated_at) values (gen_random_uuid(), tests.learner(5), now() - interval '300 days', now() - interval '2 days');

select results_eq('select user_id, is_anonymous from ops.idle_learners(''180 days'')',
  $$ values (tests.learner(3), false), (tests.learner(6), null), (tests.learner(1), true) $$, 'O5: idle learners are those without a contact, longest idle first');
select results_eq('select user_id from ops.idle_learners(''180 days'', true)', 'select tests.learner(1)', 'O5: idle anonymous learners can be listed alone');
select results_eq('select user_id from ops.idle_learners(''180 days'', null, 1)', 'select tests.learner(3)', 'O5: a page of idle learners has the size asked for');
select results_eq('select i.user_id from ops.idle_learners(''180 days'', null, 2) f, lateral ops.idle_learners(''180 days'', null, 2, f.last_contact_at, f.user_id) i
  where f.user_id = tests.learner(6)', 'select tests.learner(1)', 'O5: the next page of idle learners begins after the last row');
select is(tests.raised(format('select ops.idle_learners(%L)', bad)), 'CR044 p_idle', 'O5: an idle time out of range is refused: ' || coalesce(bad, 'null'))
from unnest(array['1 hour', null, '100000 years', 'infinity', '-infinity']) bad;

select is(tests.raised(format('select %s(''100000 years'')', f)), 'CR044 ' || p, 'I7: an interval beyond every time is refused: ' || f)
from (values ('ops.prune_job_runs', 'p_keep'), ('ops.prune_content_reports', 'p_keep'), ('ops.prune_webhooks', 'p_keep'), ('ops.content_freshness', 'p_active'),
  ('ops.expect_upgrade', 'p_within')) v (f, p);

delete from auth.users u using ops.idle_learners('180 days', true) i where u.id = i.user_id;
select results_eq('select user_id from ops.account_deletion', 'select tests.learner(1)', 'O5: a clean-up of idle anonymous accounts starts the grace period of these alone');
select results_eq('select user_id from ops.idle_learners(''180 days'', true)', 'select null::uuid where false', 'O5: a deleted account is not idle');
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select ops.idle_learners(''180 days'')', '42501', null, 'I9: support cannot list idle learners');

select * from finish();
rollback;
