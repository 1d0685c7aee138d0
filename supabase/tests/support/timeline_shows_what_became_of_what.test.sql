begin;
select plan(4);

select tests.a_release();
select tests.send(tests.progress(10, 1, 101), 'nonsense');
select public.mend_quarantined(tests.learner(), tests.quarantine_id(tests.progress(10, 1, 101)), tests.progress(10, 1, 100)::jsonb, 'one too many');
select public.discard_quarantined(tests.learner(), array[tests.quarantine_id('nonsense')], 'noise');
update learner.skill_progress set mastery = 1 where user_id = tests.learner();
create temporary table timeline on commit drop as select * from public.support_timeline(tests.learner(), 'test') with ordinality;

select bag_eq($$ select kind, summary from timeline where kind in ('quarantine', 'action') $$, format($$ values
    ('quarantine', 'invalid_event body.mastery, superseded as ' || tests.ulid(10) || ', seen once'), ('quarantine', 'invalid_json, discarded, seen once'),
    ('action', 'mended by %1$s: superseded as ' || tests.ulid(10)), ('action', 'discarded by %1$s: discarded') $$, session_user),
  'O2: the timeline shows quarantined events, the actions on them and the outcome');
select results_eq($$ select detail ->> 'reason', detail -> 'id' = (select to_jsonb(tests.quarantine_id('nonsense'))) from timeline where kind = 'action' and summary like 'discarded%' $$,
  $$ values ('noise', true) $$, 'O2: the timeline shows the reason of an action');
select is((select detail -> 'before' ->> 'mastery' from timeline where summary like 'hand_update%'), '100', 'O1: the timeline shows the values before an edit by hand');
select is((select array_agg(kind order by ordinality) from timeline where kind in ('event', 'action', 'batch') and at > now() - interval '1 day'), '{action,action,batch}'::text[],
  'O2: the timeline shows an event at the time of its device');

select * from finish();
rollback;
