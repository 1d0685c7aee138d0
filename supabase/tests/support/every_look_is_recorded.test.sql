begin;
select plan(1);

create temporary table before on commit drop as select max(id) as id from ops.audit;

select tests.authenticate(tests.learner(3), 'support');
select public.support_timeline(tests.learner(), '2030-01-01', 5);
select public.support_timeline(tests.learner(9));
select tests.reset_role();
select results_eq('select actor, actor_role, action, object, object_id, after from ops.audit a, before b where a.id > b.id order by a.id',
  $$ values (tests.learner(3), 'support', 'support_timeline', 'learner.state', tests.learner()::text, '{"before": "2030-01-01T00:00:00+00:00", "limit": 5}'::jsonb),
            (tests.learner(3), 'support', 'support_timeline', 'learner.state', tests.learner(9)::text, '{"before": null, "limit": 100}') $$,
  'I10: who looked at whom, even where there was nothing to see');

select * from finish();
rollback;
