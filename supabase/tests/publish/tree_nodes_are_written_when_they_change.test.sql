begin;
select plan(4);

select tests.a_release();

select results_eq('select kind, count(*), sum(rows) from content.tree_node where schema = 2 group by kind order by kind',
  $$ values ('domain', 2::bigint, 11::bigint), ('release', 1, 11), ('skill', 3, 9) $$, 'I12: the first release writes every node of the hash tree');
update content.question set prompt = 'Edited' where id = tests.question(5);
select tests.publish();
select bag_eq('select kind, id, rows from content.tree_node where schema = 2 and version = 2',
  $$ values ('skill', tests.skill(3), 3), ('domain', tests.domain(2), 4), ('release', '00000000-0000-0000-0000-000000000000'::uuid, 11) $$,
  'I12: an edit writes only the nodes above the edited row');

update content.question set status = 'withdrawn' where id in (tests.question(5), tests.question(6));
update content.skill set status = 'withdrawn' where id = tests.skill(3);
update content.domain set status = 'withdrawn' where id = tests.domain(2);
select tests.publish(true);
select bag_eq('select kind, id, rows, hash = sha256($$$$) from content.tree_node where schema = 2 and version = 3',
  $$ values ('skill', tests.skill(3), 0, true), ('domain', tests.domain(2), 0, true),
            ('release', '00000000-0000-0000-0000-000000000000'::uuid, 7, false) $$,
  'I12: a node of a withdrawn row has the hash of an empty text');
update content.question set prompt = 'Edited' where id = tests.question(1);
select tests.publish();
select is((select count(*) from content.tree_node where schema = 2 and version = 4), 3::bigint, 'I12: a node of a withdrawn row is not written again');

select * from finish();
rollback;
