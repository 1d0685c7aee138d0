begin;
select plan(1);

select tests.a_curriculum();
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;

select tests.authenticate(tests.learner(), 'instructor');
select public.publish_release();
select public.publish_release();
select tests.reset_role();
select results_eq(
  'select a.actor, a.actor_role, a.action, a.object, a.object_id, a.after from ops.audit a, before b where a.id > b.id',
  $$ select tests.learner(), 'instructor', 'publish_release', 'content.release', '1', public.content_head(2::smallint)::jsonb $$,
  'I10: a release is recorded once, with its head');

select * from finish();
rollback;
