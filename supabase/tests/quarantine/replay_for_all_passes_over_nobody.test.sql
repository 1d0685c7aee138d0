begin;
select plan(6);

-- One learner has more than a step takes, two have little; all stay broken.
select tests.send_for(4, variadic array(select 'not json ' || n from generate_series(1, 350) n));
select tests.send_for(4, variadic array(select 'not json ' || n from generate_series(351, 700) n));
select tests.send_for(n, 'not json') from generate_series(5, 6) n;
create temporary table step (number integer, learners integer, remaining integer, began_at timestamptz) on commit drop;
grant select, insert on step to authenticated;

select tests.authenticate(tests.learner(3), 'support');
insert into step select 1, learners, remaining, began_at from public.replay_all_quarantined('invalid_json');
insert into step select 2, r.learners, r.remaining, r.began_at from step s, public.replay_all_quarantined('invalid_json', s.began_at) r;
select results_eq('select number, learners, remaining from step order by 1', 'values (1, 3, 200), (2, 1, 0)', 'U3: a replay of all learners returns to those with more events than one step takes');
select is(tests.raised('select public.replay_all_quarantined(null)'), 'CR071 with_code', 'U3: a replay of all learners requires a code');
select tests.reset_role();
select is((select count(distinct (user_id, sha256)) from ops.quarantine_action where action = 'replayed'), 702::bigint, 'U3: a replay of all learners tries every event');
select is((select count(*) from ops.quarantine_action where action = 'replayed'), 702::bigint, 'U3: a replay of all learners tries each event once');
select bag_eq($$ select object_id, actor, (after ->> 'rows')::integer from ops.audit where action = 'replay_quarantined' $$,
  $$ values (tests.learner(4)::text, tests.learner(3), 500), (tests.learner(5)::text, tests.learner(3), 1), (tests.learner(6)::text, tests.learner(3), 1),
    (tests.learner(4)::text, tests.learner(3), 200) $$, 'I10: a replay of all learners is recorded for each learner');

-- A call is bounded by events as well.
select tests.send_for(5, variadic array(select 'no json either ' || n from generate_series(1, 500) n));
select results_eq($$ select learners, remaining from public.replay_all_quarantined('invalid_json') $$, 'values (2, 202)', 'O6: one call replays at most a thousand events');

select * from finish();
rollback;
