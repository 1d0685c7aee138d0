begin;
select plan(11);

select tests.a_release();
update content.question set prompt = 'Second' where id = tests.question(1);
delete from content.question where id = tests.question(2);
select tests.publish();
update content.question set prompt = 'Third' where id = tests.question(1);
select tests.publish();
update content.question set prompt = 'Fourth' where id = tests.question(1);
delete from content.question where id = tests.question(3);
select tests.publish();
create temporary table before on commit drop as
select v as version, tests.page(0, v) as snapshot, private.content_manifest(private.history(), 1::smallint, v)::text as manifest
from generate_series(1, 4) v;
create temporary table delta on commit drop as select tests.page(3, 4) as page;

create temporary table report on commit drop as select ops.compact_content(1, '0 s', '0 s') as r;
select is(r::jsonb - '{tree_nodes,sizes}'::text[],
  jsonb_build_object('horizon', 3, 'before', 0, 'revisions', 4, 'answer_keys', 3),
  'C3: compaction reports the rows that it dropped')
from report;
select set_eq($$ select version from content.revision where id = tests.question(1) $$, '{3,4}'::integer[], 'C3: compaction keeps the revisions that are current at the horizon, and newer ones');
select is_empty($$ select from content.revision where id = tests.question(2) $$, 'C3: compaction drops a tombstone below the horizon');
select is(tests.page(0, version), snapshot, 'I3: compaction leaves the snapshot byte-identical for version ' || version || ' has the same bytes') from before where version >= 3;
select is(private.content_manifest(private.history(), 1::smallint, version)::text, manifest, 'I12: compaction leaves the manifest of every kept version as it was') from before where version >= 3;
select is(tests.page(3, 4), page, 'I3: compaction leaves a delta from the horizon as it was') from delta;
select throws_ok('select tests.page(2, 4)', 'CR041', null, 'C3: a delta from below the horizon tells the device to start over');
select throws_ok('select tests.page(0, 2)', 'CR041', null, 'C3: a snapshot of a version below the horizon is refused');
select is(ops.compact_content(1, '0 s', '0 s')::jsonb, '{"horizon": 3, "before": 3, "revisions": 0, "tree_nodes": 0, "sizes": 0, "answer_keys": 0}',
  'C3: a second compaction drops nothing');

select * from finish();
rollback;
