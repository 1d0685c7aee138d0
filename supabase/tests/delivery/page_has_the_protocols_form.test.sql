begin;
select plan(3);

select tests.a_curriculum();

select is(tests.page(0), format(E'{"kind":"page","history":"%s","schema":1,"since":0,"until":0}\n{"kind":"end","rows":0,"next":null}\n', private.history()),
  'I3: the page is empty before the first release');
select tests.publish();
update content.domain set title = 'Edited' where id = tests.domain(1);
delete from content.question where id = tests.question(6);
select tests.publish();
select is(tests.page(1), format(E'{"kind":"page","history":"%s","schema":1,"since":1,"until":2}\n', private.history())
  || E'{"kind":"domain","version":2,"id":"d0000000-0000-4000-8000-000000000001","key":"domain-1","title":"Edited","position":0}\n'
  || E'{"kind":"tombstone","of":"question","id":"90000000-0000-4000-8000-000000000006","version":2}\n'
  || E'{"kind":"end","rows":2,"next":null}\n',
  'I3: a page has a page line, rows, tombstones and an end line');
select matches(tests.page(1, p_limit => 1), format(E'{"kind":"end","rows":1,"next":"%s"}\n$', private.sign_place('2.domain.d0000000-0000-4000-8000-000000000001')),
  'I3: the end line has the cursor of the next page where more rows follow');

select * from finish();
rollback;
