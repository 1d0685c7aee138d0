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
  'C3: question 1 twice, 2 and its tombstone, for every schema; keys of each once less')
from report;
select set_eq($$ select version from content.revision where id = tests.question(1) $$, '{3,4}'::integer[], 'C3: what is current at the horizon stays, and all after');
select is_empty($$ select from content.revision where id = tests.question(2) $$, 'C3: a tombstone below it is as good as nothing');
select is(tests.page(0, version), snapshot, 'I3: version ' || version || ' has the same bytes') from before where version >= 3;
select is(private.content_manifest(private.history(), 1::smallint, version)::text, manifest, 'I12: and the same tree') from before where version >= 3;
select is(tests.page(3, 4), page, 'I3: a delta from the horizon too') from delta;
select throws_ok('select tests.page(2, 4)', 'CR041', null, 'C3: from below it a device starts over');
select throws_ok('select tests.page(0, 2)', 'CR041', null, 'C3: and what is below it can''t be read');
select is(ops.compact_content(1, '0 s', '0 s')::jsonb, '{"horizon": 3, "before": 3, "revisions": 0, "tree_nodes": 0, "sizes": 0, "answer_keys": 0}',
  'C3: once is enough');

select * from finish();
rollback;
