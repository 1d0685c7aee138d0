begin;
select plan(6);

select tests.a_release();
update content.skill set domain_id = tests.domain(2) where id = tests.skill(2);
update content.question set prompt = 'Edited' where id = tests.question(1);
delete from content.question where id = tests.question(5);
select tests.publish();

select bag_eq('select op, id from tests.delta(1, 2, array[tests.domain(1)])',
  $$ values ('delete', tests.skill(2)), ('delete', tests.question(3)), ('delete', tests.question(4)), ('upsert', tests.question(1)) $$,
  'I3: a delta deletes the rows that left the domain');
select bag_eq('select op, id from tests.delta(1, 2, array[tests.domain(2)])',
  $$ values ('upsert', tests.skill(2)), ('upsert', tests.question(3)), ('upsert', tests.question(4)), ('delete', tests.question(5)) $$,
  'I3: a delta upserts the rows that entered the domain and omits rows of other domains');
select bag_eq('select op, id from tests.delta(1, 2, array[tests.domain(1), tests.domain(2)])', 'select op, id from tests.delta(1, 2)',
  'I3: a delta of all domains equals the unfiltered delta');
select is_empty($$ select from tests.delta(0, null, '{}') $$, 'I3: a delta of no domains is empty');
select bag_eq('select op, kind from tests.delta(0, null, array[tests.domain(1)])',
  $$ values ('upsert', 'domain'), ('upsert', 'skill'), ('upsert', 'question'), ('upsert', 'question') $$,
  'I3: a snapshot of one domain has only the rows of that domain');
select results_eq('select tests.all_pages(2, 0, null, array[tests.domain(2)])', 'select tests.all_pages(1000, 0, null, array[tests.domain(2)])',
  'I3: a snapshot of one domain gives the same rows page by page');

select * from finish();
rollback;
