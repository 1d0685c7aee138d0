begin;
select plan(9);

select tests.a_release();

create temporary table before on commit drop as select * from content.revision;
select throws_ok(statement, 'CR002', null, 'I3: a published release cannot be changed, refused: ' || statement)
from unnest(array[
  $$ update content.release set note = 'other' $$,
  'delete from content.release',
  'truncate content.release cascade',
  $$ update content.revision set body = '{}' $$,
  'truncate content.revision',
  $$ update content.tree_node set hash = sha256('') $$,
  'truncate content.tree_node'
]) as statement;
select set_eq('table content.revision', 'table before', 'I3: refused statements leave the revisions as they were');
select is((select count(*) from content.release), 1::bigint, 'I3: refused statements leave the release as it was');

select * from finish();
rollback;
