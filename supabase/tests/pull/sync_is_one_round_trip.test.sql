begin;
select plan(12);

select tests.a_release();
create temporary table answer on commit drop as
  select (private.sync_for(tests.learner(), tests.session(), concat_ws(E'\n', tests.header('{"pull": {"cursor": null, "limit": 1}}'),
    tests.attempt(10, 1)))).answer::jsonb as a;

select is((select array_agg(key order by key) from answer, jsonb_object_keys(a) key), array['batch', 'head', 'pull', 'steering'],
  'U7, I7: the answer of a sync has batch, head, pull and steering');
select is((select (a -> 'batch') - 'received_at' from answer), jsonb_build_object('batch_id', tests.ulid(1), 'changed', true, 'token',
  private.history() || '.4', 'results', jsonb_build_array(
  jsonb_build_object('id', tests.ulid(10), 'status', 'applied'))), 'I7: the answer of a sync has the results of the batch');
select matches((select a #>> '{batch,received_at}' from answer), '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$', 'I7: the answer of a sync has the time of arrival');
select is((select a -> 'head' from answer), public.content_head()::jsonb, 'U7, I1: the answer of a sync has the head of the content');
select is((select a -> 'pull' from answer), private.learner_changes(tests.learner(), null, 1, null, tests.device())::jsonb,
  'U7, I8: the pull of a sync contains the events of its own batch');
select is((select a #> '{pull,more}' from answer), 'true', 'I8: the pull of a sync has at most the requested rows');

select is((private.sync_for(tests.learner(), tests.session(), tests.header(patch))).answer::jsonb -> 'pull', 'null',
  format('I8: a header without pull gets no pull: %s', patch))
from unnest(array['{}', '{"pull": null}']::jsonb[]) patch;
select is((private.sync_for(tests.learner(), tests.session(), tests.header('{"pull": {}}'))).answer::jsonb -> 'pull', private.learner_changes(tests.learner(), null, 500, null, tests.device())::jsonb,
  'I8: a pull without a cursor starts at the beginning');
create temporary table late on commit drop as
  select (private.sync_for(tests.learner(), tests.session(), concat_ws(E'\n', tests.header('{"pull": {"cursor": "0000000000000000.9"}}'),
    tests.attempt(11, 1)))).answer::jsonb as a;
select is((select a -> 'pull' from late), '{"reset": "history_changed"}', 'I11: an invalid cursor in a sync is answered with a reset');
select is((select a #>> '{batch,results,0,status}' from late), 'applied', 'I7: an invalid cursor in a sync does not lose the batch');
select throws_ok($$ select private.sync_for(tests.learner(), tests.session(), 'x') $$, 'CR020', null, 'I7: a sync without a valid header is refused');

select * from finish();
rollback;
