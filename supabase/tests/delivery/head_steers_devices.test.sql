begin;
select plan(3);

select tests.a_release();

select is(public.content_head()::jsonb - '{history,schema,version,published_at,root,domains,skills,questions}'::text[],
  '{"minimum_version": 0, "horizon": 0, "poll_after_s": 900, "schema_ends_at": null, "bundled": null}',
  'C4: the head demands nothing by default');
update ops.content_setting set poll_after_s = 60, horizon = 1;
select is(public.content_head()::jsonb - '{history,schema,version,published_at,root,domains,skills,questions}'::text[],
  '{"minimum_version": 0, "horizon": 1, "poll_after_s": 60, "schema_ends_at": null, "bundled": null}',
  'C4: the next head has the settings that operators changed');
select is((select after ->> 'poll_after_s' from ops.audit where object = 'ops.content_setting' order by id desc limit 1), '60',
  'I10: a changed content setting is recorded');

select * from finish();
rollback;
