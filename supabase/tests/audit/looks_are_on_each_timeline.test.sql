begin;
select plan(12);

select tests.a_release();
select tests.send_for(k, tests.attempt(20, 1), 'broken') from unnest(array[2, 3, 4]) k;
insert into ops.projection_difference (user_id, kind, row_id, found_at, live) select tests.learner(k), 'session', tests.learner(k), now(), '{}' from unnest(array[2, 3]) k;
create function pg_temp.looks(p_action text) returns table (learner uuid, looks bigint) language sql as
  'select l, (select count(*) from public.support_timeline(l, ''test'', page_rows => 1000) t where t.kind = ''operation'' and t.summary ^@ p_action)
   from tests.learner(2) l union all select l, (select count(*) from public.support_timeline(l, ''test'', page_rows => 1000) t where t.kind = ''operation'' and t.summary ^@ p_action)
   from tests.learner(3) l union all select l, (select count(*) from public.support_timeline(l, ''test'', page_rows => 1000) t where t.kind = ''operation'' and t.summary ^@ p_action)
   from tests.learner(4) l order by 1';

select tests.authenticate(tests.learner(9), 'support');
select is((select count(distinct learner_id) from public.support_quarantine(reason => 'test', page_rows => 2)), 2::bigint, 'O2: support looks at the quarantine of two learners');
create temporary table shown as select distinct learner_id from public.support_quarantine(reason => 'test', page_rows => 2);
select tests.reset_role();
select results_eq($$ select learner, looks from pg_temp.looks('support_quarantine') $$,
  $$ select l, case when l in (select learner_id from shown) then 2 else 0 end::bigint from unnest(array[tests.learner(2), tests.learner(3), tests.learner(4)]) l order by 1 $$,
  'O2: a look without a learner is on the timeline of each learner shown, and of no other');
select is((select count(*) from ops.audit where action = 'support_quarantine' and object = 'ops.quarantine' and after ->> 'learners' = '2'), 2::bigint,
  'O2: a look without a learner is also one entry with the number of learners');
select is((select array_agg(distinct a.actor) from ops.audit a where a.action = 'support_quarantine' and a.object_id is not null), array[tests.learner(9)],
  'O2: the entry of each learner names who looked');

select tests.authenticate(tests.learner(9), 'support');
select is((select count(*) from public.projection_differences('test')), 2::bigint, 'O2: support looks at the differences of two learners');
select tests.reset_role();
select results_eq($$ select learner, looks from pg_temp.looks('projection_differences') $$,
  $$ select l, case when l = tests.learner(4) then 0 else 1 end::bigint from unnest(array[tests.learner(2), tests.learner(3), tests.learner(4)]) l order by 1 $$,
  'O2: a look at differences is on the timeline of each learner shown, and of no other');

-- Operations that name learners.
create temporary table idle as select user_id from ops.idle_learners('1 day') limit 0;
update auth.users set created_at = now() - interval '1 year', last_sign_in_at = null;
update auth.sessions set created_at = now() - interval '1 year', updated_at = now() - interval '1 year', refreshed_at = null;
update learner.device set last_seen_at = now() - interval '1 year', first_seen_at = now() - interval '1 year';
update learner.state set created_at = now() - interval '1 year';
insert into idle select user_id from ops.idle_learners('30 days');
select ok((select count(*) from idle where user_id in (tests.learner(2), tests.learner(3), tests.learner(4))) = 3, 'O5: learners who were idle are listed');
select results_eq($$ select looks > 0 from pg_temp.looks('idle_learners') $$, $$ values (true), (true), (true) $$, 'O2: a list of idle learners is on the timeline of each learner shown');
select ops.export_erasures();
select is((select count(*) from ops.audit where action = 'export_erasures'), 1::bigint, 'O1: an export of erasures is recorded');

-- Every edit by hand that is filed under a learner is on their timeline.
insert into ops.content_report (user_id, reported_on, number, reported_at, kind, version, rows, nodes) values (tests.learner(4), '2026-01-01', 1, now(), 'mismatch', 1, 1, '{}');
update ops.projection_difference set resolved_at = now() where user_id = tests.learner(4);
select set_has($$ select detail ->> 'object' from public.support_timeline(tests.learner(4), 'test') where kind = 'operation' $$, $$ values ('ops.content_report') $$, 'O1: edits of reports by hand are on the timeline');
select is_empty($$ select distinct t.name from tests.product_table t join pg_attribute a on a.attrelid = to_regclass(t.name) and a.attname = 'user_id'
  where t.relkind in ('r', 'p') and not (select relispartition from pg_class c where c.oid = to_regclass(t.name)) and t.name <> all (private.learner_objects()) and t.name ~ '^(content|learner|ops)' $$,
  'O1: the timeline has the edits by hand of every table of learners');
select ops.erase_learner(tests.learner(2));
select is((select count(*) from ops.audit a where a.object_id = tests.learner(2)::text and a.action = 'support_quarantine' and a.after is not null), 0::bigint,
  'O5: an erasure redacts the entries of looks, too');

select * from finish();
rollback;
