begin;
select plan(4);

select tests.a_release();

select is(public.content_head()::jsonb - '{history,schema,version,published_at,root,domains,skills,questions}'::text[],
  '{"minimum_version": 0, "horizon": 0, "poll_after_s": 900, "schema_ends_at": null, "bundled": false}',
  'C4: with nothing set, nothing is demanded');
update ops.content_setting set poll_after_s = 60, horizon = 1;
select is(public.content_head()::jsonb - '{history,schema,version,published_at,root,domains,skills,questions}'::text[],
  '{"minimum_version": 0, "horizon": 1, "poll_after_s": 60, "schema_ends_at": null, "bundled": false}',
  'C4: what operators set is in the next head');
select is((select after ->> 'poll_after_s' from ops.audit where object = 'ops.content_setting' order by id desc limit 1), '60',
  'I10: and on record');
select is(json_typeof(public.content_head() -> 'bundled'), 'boolean', 'C4: whether there are bundles is a yes or no');

select * from finish();
rollback;
