begin;
select plan(8);

select tests.a_release();
select tests.send('one', 'two', 'three', tests.progress(10, 1, 101));
select tests.send_for(2, 'of another');

select tests.authenticate(tests.learner());
select bag_eq('select code, field, status, body, event_id from public.own_quarantine()',
  format($$ values ('invalid_json', null, 'open', 'one', null), ('invalid_json', null, 'open', 'two', null), ('invalid_json', null, 'open', 'three', null),
                   ('invalid_event', 'body.mastery', 'open', %L, tests.ulid(10)) $$, tests.progress(10, 1, 101)),
  'U3, I9: a learner sees only their own quarantined events, with the reasons');
create temporary table page on commit drop as select * from public.own_quarantine(page_rows => 3);
select is((select count(*) from page), 3::bigint, 'U3: a page of own_quarantine has the requested rows');
select bag_eq($$ select body from page union all select body from public.own_quarantine((select cursor from page order by last_seen_at, id limit 1)) $$,
  $$ select body from public.own_quarantine() $$, 'U3: the pages of own_quarantine have every row once');
select throws_ok($$ select public.own_quarantine('x') $$, 'CR012', null, 'I11: an invalid cursor of own_quarantine is refused');
select throws_ok('select * from public.support_quarantine(tests.learner())', 'CR001', null, 'I9: a learner cannot read support_quarantine');
select tests.authenticate(tests.learner(3), 'instructor');
select is_empty('select * from public.own_quarantine()', 'I9: an instructor without events has an empty own_quarantine');
select throws_ok('select * from public.support_quarantine(tests.learner())', 'CR001', null, 'I9: an instructor cannot read support_quarantine');
select tests.authenticate_anon();
select throws_ok('select * from public.own_quarantine()', '42501', null, 'I9: anon cannot read own_quarantine');

select * from finish();
rollback;
