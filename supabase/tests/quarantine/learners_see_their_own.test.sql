begin;
select plan(8);

select tests.a_release();
select tests.send('one', 'two', 'three', tests.progress(10, 1, 101));
select tests.send_for(2, 'of another');

select tests.authenticate(tests.learner());
select bag_eq('select code, field, status, body, event_id from public.own_quarantine()',
  format($$ values ('invalid_json', null, 'open', 'one', null), ('invalid_json', null, 'open', 'two', null), ('invalid_json', null, 'open', 'three', null),
                   ('invalid_event', 'body.mastery', 'open', %L, tests.ulid(10)) $$, tests.progress(10, 1, 101)),
  'U3, I9: a learner sees what of their events is stuck, and why; nobody else''s');
create temporary table page on commit drop as select * from public.own_quarantine(page_rows => 3);
select is((select count(*) from page), 3::bigint, 'U3: a page has the rows asked for');
select bag_eq($$ select body from page union all select body from public.own_quarantine((select cursor from page order by last_seen_at, id limit 1)) $$,
  $$ select body from public.own_quarantine() $$, 'U3: pages cover exactly');
select throws_ok($$ select public.own_quarantine('x') $$, 'CR012', null, 'I11: nonsense is no cursor');
select throws_ok('select * from public.support_quarantine(tests.learner())', 'CR001', null, 'I9: support''s list is not theirs');
select tests.authenticate(tests.learner(3), 'instructor');
select is_empty('select * from public.own_quarantine()', 'I9: an instructor has none of their own');
select throws_ok('select * from public.support_quarantine(tests.learner())', 'CR001', null, 'I9: and sees nobody''s');
select tests.authenticate_anon();
select throws_ok('select * from public.own_quarantine()', '42501', null, 'I9: without a session there is nothing to ask');

select * from finish();
rollback;
