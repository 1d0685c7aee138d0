begin;
select plan(1);

create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;

select tests.authenticate(tests.learner(3), 'support');
select public.support_timeline(tests.learner(), 'ticket 12', page_rows => 5);
select public.support_timeline(tests.learner(9), 'ticket 13', '2030-01-01T00:00:00.000000Z|event|0');
select tests.reset_role();
select results_eq('select actor, actor_role, action, object, object_id, after from ops.audit a, before b where a.id > b.id order by a.id',
  $$ values (tests.learner(3), 'support', 'support_timeline', 'learner.state', tests.learner()::text, '{"reason": "ticket 12", "answers": false, "limit": 5}'::jsonb),
            (tests.learner(3), 'support', 'support_timeline', 'learner.state', tests.learner(9)::text,
              '{"reason": "ticket 13", "answers": false, "after": "2030-01-01T00:00:00.000000Z|event|0", "limit": 100}') $$,
  'I10: each look at a timeline is recorded, even at an empty one');

select * from finish();
rollback;
