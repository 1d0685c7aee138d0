begin;
select plan(4);

select tests.a_curriculum();

select is(public.content_head()::jsonb - '{history,minimum_version,horizon,poll_after_s,schema_ends_at,bundled}'::text[],
  '{"schema": 1, "version": 0, "published_at": null, "root": null, "domains": 0, "skills": 0, "questions": 0}',
  'I1: the head has version 0 before the first release');
select tests.publish();
delete from content.question where id = tests.question(6);
select tests.publish();
select is(public.content_head()::jsonb - '{published_at,root,minimum_version,horizon,poll_after_s,schema_ends_at,bundled}'::text[],
  jsonb_build_object('history', private.history(), 'schema', 1, 'version', 2, 'domains', 2, 'skills', 3, 'questions', 5),
  'I1: the head has the newest version with its counts');
select is((public.content_head() ->> 'published_at')::timestamptz, (select max(published_at) from content.release), 'I1: the head has the time of the newest release');
select is(public.content_head() ->> 'root', (select encode(hash, 'hex') from content.tree_node where schema = 1 and kind = 'release' and version = 2),
  'I12: the head has the root hash of the newest release');

select * from finish();
rollback;
