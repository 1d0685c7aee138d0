begin;
select plan(14);

select tests.a_release();
select tests.send(tests.attempt(10, 7, '{"content_version": 2}'), tests.event(11, 'note.written', '{"text": "x"}'), tests.event(12, 'note.written', '{"text": 7}'));
select is(ops.replay_held(), 0, 'U3: replay_held tries nothing while the server knows nothing new');
select is((select count(*) from ops.audit where action = 'replay_held'), 0::bigint, 'I10: a run of replay_held that tries nothing leaves no audit entry');

insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 1}');
select tests.publish();
select is(ops.replay_held(), 1, 'U3: replay_held applies an event after the release that it needs');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 1, 'U3: an event applied by replay_held counts in progress');
select bag_eq('select event_id, status from ops.quarantine where user_id = tests.learner()',
  $$ values (tests.event_id(10), 'superseded'), (tests.event_id(11), 'held'), (tests.event_id(12), 'held') $$, 'U3: replay_held leaves the other events held');
select is((select after from ops.audit where action = 'replay_held'), '{"applied": 1}'::jsonb, 'I10: a run of replay_held that applies an event is recorded');
select is((select looked_up from ops.quarantine_load where user_id = tests.learner()), (select number from private.knowledge),
  'U3: events that stay held are not tried again before the server knows more');

insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.text.type() == "string"');
insert into private.event_rule (type, version, place, field, rule) values ('note.written', 1, 1, 'body.text', '$.body.text.type() == "string"');
select is(ops.replay_held(), 1, 'U3: replay_held applies an event after its type was added');
select results_eq('select event_id, status, code, field from ops.quarantine where user_id = tests.learner() and code <> ''unknown_content'' order by event_id',
  $$ values (tests.event_id(11), 'superseded', 'unknown_type', null), (tests.event_id(12), 'open', 'invalid_event', 'body.text') $$,
  'U3: a held event that turns out to be invalid is open, with its field');
select is(ops.replay_held(), 0, 'U3: replay_held finds nothing left to do');

-- Without any time, a run replays one turn of one learner, and the next run goes on with the next learner.
select tests.send_for(n, tests.event(20, 'badge.earned', '{}'), tests.event(21, 'badge.earned', '{}')) from generate_series(4, 6) n;
insert into private.event_type (type, version, rules) values ('badge.earned', 1, '$.body.type() == "object"');
create function pg_temp.short_run() returns text language plpgsql
as $$
declare
  v_since constant timestamptz := clock_timestamp();
  v_applied constant integer := ops.replay_held('0', 1);
begin
  return format('%s of %s', v_applied, (select string_agg(right(q.user_id::text, 1), ' ') from ops.quarantine q where q.resolved_at > v_since));
end
$$;
select is(array(select pg_temp.short_run() from generate_series(1, 7)), '{1 of 4,1 of 5,1 of 6,1 of 4,1 of 5,1 of 6,"0 of "}'::text[],
  'U3: a run of replay_held ends with its time, and the learners take turns over the runs');
select is((select array_agg(resolved_event order by tried_at) from ops.quarantine where user_id = tests.learner(4)), array[tests.event_id(20), tests.event_id(21)],
  'U3: a learner''s held events are replayed in the order of their ids');
select is((select schedule from cron.job where jobname = 'carrel_replay_held' and command like '%select ops.replay_held()%'), '5 seconds', 'U3: the job that runs replay_held runs every 5 seconds');
select tests.authenticate(tests.learner(), 'support');
select throws_ok('select ops.replay_held()', '42501', null, 'I9: users cannot run replay_held');

select * from finish();
rollback;
