begin;
select plan(7);

select tests.a_release();
select tests.send('one', tests.progress(10, 1, 101), tests.event(11, 'note.written', '{}'));
select tests.send_for(2, 'of another', 'and another');
create temporary table before on commit drop as select coalesce(max(id), 0) as id from ops.audit;
grant select on before to authenticated;

select tests.authenticate(tests.learner(3), 'support');
select tests.reset_role();
select tests.a_grant(3);
select tests.authenticate(tests.learner(3), 'support');
select bag_eq('select learner_id, body from public.support_quarantine(reason => ''test'', with_answers => true) where learner_id in (tests.learner(), tests.learner(2))',
  format($$ values (tests.learner(), 'one'), (tests.learner(), %L), (tests.learner(2), 'of another'), (tests.learner(2), 'and another') $$, tests.progress(10, 1, 101)),
  'U3: support sees the open events of all learners');
select bag_eq($$ select body from public.support_quarantine(tests.learner(), 'test', 'invalid_event', with_answers => true) $$, array[tests.progress(10, 1, 101)], 'U3: support can filter quarantined events by learner and code');
select bag_eq($$ select code, status from public.support_quarantine(reason => 'test', with_status => 'held') where learner_id = tests.learner() $$,
  $$ values ('unknown_type', 'held') $$, 'U3: support can filter quarantined events by status');
select is((select count(*) from public.support_quarantine(tests.learner(), 'test')), 3::bigint, 'U3: support sees the events of one learner in every status');
create temporary table page on commit drop as select * from public.support_quarantine(reason => 'test', page_rows => 3);
select bag_eq($$ select id from page union all select id from public.support_quarantine(reason => 'test', after => (select cursor from page order by last_seen_at, learner_id, id limit 1)) $$,
  $$ select id from public.support_quarantine(reason => 'test') $$, 'U3: the pages of support_quarantine have every row once');
select throws_ok($$ select public.support_quarantine(reason => 'test', after => '2030-01-01T00:00:00.000000Z|x|y') $$, 'CR012', null, 'I11: an invalid cursor of support_quarantine is refused');
select tests.reset_role();
select results_eq($$ select actor, object, object_id, after ->> 'code' from ops.audit a, before b where a.id > b.id and action = 'support_quarantine'
    and after ->> 'code' is not null $$,
  $$ values (tests.learner(3), 'learner.state', tests.learner()::text, 'invalid_event') $$, 'I10: each look into the quarantine is recorded');

select * from finish();
rollback;
