begin;
select plan(9);

-- 700 events that stay broken, and 7 of another kind, from before and after.
select tests.send(variadic array(select 'not json ' || n from generate_series(1, 350) n));
select tests.send(variadic array(select 'not json ' || n from generate_series(351, 700) n) || array(select tests.progress(n, 1, 101) from generate_series(1, 7) n));
create temporary table step (number integer, id text, remaining integer, began_at timestamptz) on commit drop;
grant select, insert on step to authenticated;

select tests.authenticate(tests.learner(3), 'support');
insert into step select 1, id, remaining, began_at from public.replay_quarantined(tests.learner(), with_code => 'invalid_json');
insert into step select 2, id, remaining, began_at
from public.replay_quarantined(tests.learner(), with_code => 'invalid_json', tried_before => (select min(began_at) from step));
select results_eq('select number, count(*), min(remaining), max(remaining) from step group by 1 order by 1',
  'values (1, 500::bigint, 200, 200), (2, 200::bigint, 0, 0)', 'U3: one call replays 500 events and reports how many are left');
select is((select count(distinct id) from step), 700::bigint, 'U3: the calls of a round try each event once');
select is((select count(distinct began_at) from step), 1::bigint, 'U3: the calls of a round return the same start time');
select is_empty($$ select from public.replay_quarantined(tests.learner(), with_code => 'invalid_json', tried_before => (select min(began_at) from step)) $$,
  'U3: a finished round finds no event to try');

-- Calls without a start time.
select lives_ok($$ select public.replay_quarantined(tests.learner(), with_code => 'invalid_json') $$, 'U3: a replay without a start time begins a new round');
select lives_ok($$ select public.replay_quarantined(tests.learner(), with_code => 'invalid_json') $$, 'U3: the next replay without a start time begins with the events tried least');
select tests.reset_role();
select is((select count(*) from ops.quarantine q where q.user_id = tests.learner() and q.code = 'invalid_json'
    and (select count(*) from ops.quarantine_action a where a.user_id = q.user_id and a.sha256 = q.sha256) not between 2 and 3),
  0::bigint, 'U3: every event is tried, even if others stay broken');
select is((select count(*) from ops.quarantine_action a join ops.quarantine q using (user_id, sha256) where q.code = 'invalid_event'), 0::bigint,
  'U3: a replay of one code leaves other codes alone');
select is((select array_agg((after ->> 'remaining')::integer order by id) from ops.audit where action = 'replay_quarantined'), array[200, 0, 0, 200, 200],
  'I10: the audit entries say how many events were left');

select * from finish();
rollback;
