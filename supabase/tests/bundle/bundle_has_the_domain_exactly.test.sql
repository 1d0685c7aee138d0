begin;
select plan(5);

select tests.a_release();
update content.question set prompt = 'New' where id = tests.question(1);
delete from content.question where id = tests.question(2);
update content.question set skill_id = tests.skill(3) where id = tests.question(3);
select tests.publish();
insert into content.bundle (history, schema, domain_id, version, rows, lease)
select private.history(), n.schema, n.id, n.version, n.rows, tests.domain(1)
from content.tree_node n where n.schema = 1 and n.kind = 'domain' and n.id = tests.domain(1) and n.version = 2;

create temporary table line on commit drop as
  select l.line, l.place from string_to_table(private.bundle_text(tests.domain(1)), E'\n') with ordinality l (line, place);
select is((select line::jsonb from line where place = 1), jsonb_build_object(
  'kind', 'page', 'history', private.history(), 'schema', 1, 'since', 0, 'until', 2, 'domain', tests.domain(1)),
  'C1: the first line of a bundle says what the bundle contains');
select set_eq($$ select line from line where line not like '{"kind":"page"%' and line not like '{"kind":"end"%' and line <> '' $$,
  $$ select line from tests.all_pages(1000, 0, 2, array[tests.domain(1)]) as t (line) $$,
  'C1: the rows of a bundle equal the snapshot of its domain, byte by byte');
select is((select line::jsonb from line where line like '{"kind":"end"%'), jsonb_build_object('kind', 'end', 'rows',
  (select rows from content.tree_node where schema = 1 and kind = 'domain' and id = tests.domain(1) and version = 2), 'next', null),
  'C1: the last line of a bundle has the number of its rows');
update content.bundle set rows = rows + 1;
select throws_ok('select private.bundle_text(tests.domain(1))', 'P0001', null, 'I12: a bundle with fewer rows than the hash tree has is not written');
update content.bundle set rows = rows - 2;
select throws_ok('select private.bundle_text(tests.domain(1))', 'P0001', null, 'I12: a bundle with more rows than the hash tree has is not written');

select * from finish();
rollback;
