begin;
select plan(7);

select tests.a_release();
select tests.send_for(k, tests.attempt(20, 1), 'broken') from unnest(array[2, 3, 4]) k;
insert into ops.projection_difference (user_id, kind, row_id, found_at, live) select tests.learner(k), 'session', tests.learner(k), now(), '{}' from unnest(array[2, 3]) k;
create function pg_temp.looks(p_action text) returns table (learner uuid, looks bigint) language sql as
  'select l, (select count(*) from public.support_timeline(l, null, 1000) t where t.kind = ''operation'' and t.summary ^@ p_action)
   from tests.learner(2) l union all select l, (select count(*) from public.support_timeline(l, null, 1000) t where t.kind = ''operation'' and t.summary ^@ p_action)
   from tests.learner(3) l union all select l, (select count(*) from public.support_timeline(l, null, 1000) t where t.kind = ''operation'' and t.summary ^@ p_action)
   from tests.learner(4) l order by 1';

select tests.authenticate(tests.learner(9), 'support');
select is((select count(distinct learner_id) from public.support_quarantine(page_rows => 2)), 2::bigint, 'O2: support looks at the quarantine of two learners');
create temporary table shown as select distinct learner_id from public.support_quarantine(page_rows => 2);
select tests.reset_role();
select results_eq($$ select learner, looks from pg_temp.looks('support_quarantine') $$,
  $$ select l, case when l in (select learner_id from shown) then 2 else 0 end::bigint from unnest(array[tests.learner(2), tests.learner(3), tests.learner(4)]) l order by 1 $$,
  'O2: a look without a learner is on the timeline of each learner shown, and of no other');
select is((select count(*) from ops.audit where action = 'support_quarantine' and object = 'ops.quarantine' and after ->> 'learners' = '2'), 2::bigint,
  'O2: a look without a learner is also one entry with the number of learners');
select is((select array_agg(distinct a.actor) from ops.audit a where a.action = 'support_quarantine' and a.object_id is not null), array[tests.learner(9)],
  'O2: the entry of each learner names who looked');

select tests.authenticate(tests.learner(9), 'support');
select is((select count(*) from public.projection_differences()), 2::bigint, 'O2: support looks at the differences of two learners');
select tests.reset_role();
select results_eq($$ select learner, looks from pg_temp.looks('projection_differences') $$,
  $$ select l, case when l = tests.learner(4) then 0 else 1 end::bigint from unnest(array[tests.learner(2), tests.learner(3), tests.learner(4)]) l order by 1 $$,
  'O2: a look at differences is on the timeline of each learner shown, and of no other');
select ops.erase_learner(tests.learner(2));
select is((select count(*) from ops.audit a where a.object_id = tests.learner(2)::text and a.action = 'support_quarantine' and a.after is not null), 0::bigint,
  'O5: an erasure redacts the entries of looks, too');

select * from finish();
rollback;
