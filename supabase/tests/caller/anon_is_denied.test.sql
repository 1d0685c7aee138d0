begin;
select plan(26);

select tests.a_release();

select tests.authenticate_anon();
select throws_ok('select ' || call, '42501', null, 'I9: anon is denied ' || call)
from unnest(array[
  'public.content_head()', 'public.content_delta()', 'public.ingest($$[]$$)', 'public.learner_changes()', 'public.list_devices()',
  'public.revoke_device(tests.device())', 'public.restore_device(tests.device(), tests.learner())',
  'public.merge_progress($$x$$, tests.device(), $$x$$, tests.skill(1), 1)', 'public.publish_release()',
  'public.preview_release()', 'public.support_timeline(tests.learner())', 'private.app_role()', 'private.history()'
]) call;
select throws_ok('select from ' || relation, '42501', null, 'I9: anon cannot read ' || relation)
from unnest(array[
  'public.session', 'public.attempt', 'public.skill_progress', 'public.practice', 'learner.session', 'learner.event', 'learner.state',
  'content.release', 'content.question', 'ops.audit', 'ops.quarantine', 'ops.history', 'private.event_rule'
]) relation;

select * from finish();
rollback;
