begin;
select plan(2);

select tests.a_release();
update content.question set prompt = 'Second' where id in (tests.question(1), tests.question(2), tests.question(3));
select tests.publish();
update content.question set prompt = 'Third' where id = tests.question(3);
select tests.publish();

select results_eq('select (l::json ->> ''id'')::uuid, l::json ->> ''prompt'' from tests.all_pages(1, 1) l',
  $$ values (tests.question(1), 'Second'), (tests.question(2), 'Second'), (tests.question(3), 'Third') $$,
  'I3: pages of one row have each row once, in its state at until');
select results_eq('select tests.all_pages(2, 1)', 'select tests.all_pages(1000, 1)', 'I3: pages of two rows give the same lines as one page');

select * from finish();
rollback;
