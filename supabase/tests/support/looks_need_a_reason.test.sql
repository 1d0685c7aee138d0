begin;
select plan(25);

select tests.a_release();
select tests.send(tests.attempt(10, 1), 'broken');
create temporary table look (name text, call text) on commit drop;
grant select on look to public;
insert into look values
  ('support_timeline', 'select public.support_timeline(tests.learner(), %L)'), ('support_quarantine', 'select public.support_quarantine(tests.learner(), %L)'),
  ('support_quarantine of all', 'select public.support_quarantine(reason => %L)'), ('support_event', 'select public.support_event(tests.ulid(10), %L)'),
  ('support_find', 'select public.support_find(tests.learner()::text, %L)'), ('support_errors', 'select public.support_errors(%L)'),
  ('list_devices', 'select public.list_devices(tests.learner(), %L)'), ('projection_differences', 'select public.projection_differences(%L)');
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;

select tests.authenticate(tests.learner(3), 'support');
select is(tests.raised(format(call, null)), 'CR071 reason', format('O2: %s without a reason is refused', name)) from look;
select is(tests.raised(format(call, ' ')), 'CR071 reason', format('O2: %s with a blank reason is refused', name)) from look;
select lives_ok(format(call, 'ticket ' || name), format('O2: %s with a reason is answered', name)) from look;
select tests.reset_role();
select set_eq($$ select distinct after ->> 'reason' from ops.audit a, before b where a.id > b.id $$, $$ select 'ticket ' || name from look $$,
  'O2: every look is recorded with its reason, and no refused look is');

select * from finish();
rollback;
