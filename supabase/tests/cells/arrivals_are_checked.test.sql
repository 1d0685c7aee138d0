begin;
select plan(11);
select tests.a_release();
select ops.configure_cells('b', '[{"name": "a", "url": "https://a.example.org", "is_default": true}, {"name": "b", "url": "https://b.example.org"}]');
create temp table t as select '00000000-0000-4000-8000-000000000005'::uuid as learner, gen_random_uuid() as move, gen_random_uuid() as other;

select is(tests.raised(format('select ops.begin_arrival(%L, %L, ''b'')', t.learner, t.move)), 'CR056 same_cell', 'O6: nobody arrives from the same cell') from t;
select is(ops.begin_arrival(t.learner, t.move, 'a'), '{"state": "arriving", "copied": null}', 'O6: an arrival begins') from t;
select is(ops.begin_arrival(t.learner, t.move, 'a'), '{"state": "arriving", "copied": null}', 'O6: an arrival may begin again') from t;
select is(tests.raised(format('select ops.begin_arrival(%L, %L, ''a'')', t.learner, t.other)), 'CR056 other_move', 'O6: a learner arrives by one move') from t;
select is(tests.raised(format('select private.refuse_moved(%L)', t.learner)), 'CR086', 'O6: devices of an arriving learner wait') from t;
select is(tests.raised(format($$ select ops.import_learner(%L, %L, null, '[{"section": "learner.practice", "row": {"user_id": "00000000-0000-4000-8000-000000000006"}}]', 'x') $$, t.learner, t.move)),
  'CR044 rows', 'O6: a page holds rows of its learner alone') from t;
select is(tests.raised(format($$ select ops.import_learner(%L, %L, null, '[{"section": "ops.erasure", "row": {"user_id": "%1$s"}}]', 'x') $$, t.learner, t.move)),
  'CR044 rows', 'O6: a page holds rows of the tables of a move alone') from t;
select is(ops.import_learner(t.learner, t.move, null,
  jsonb_build_array(jsonb_build_object('section', 'learner.practice', 'row', jsonb_build_object('user_id', t.learner, 'days', '{[2026-01-01,2026-01-03)}', 'change_seq', '3'))), 'x'), 'x',
  'O6: a page arrives') from t;
select is(ops.import_learner(t.learner, t.move, null, '[]', 'y'), 'x', 'O6: a page that has arrived before changes nothing, and the answer is where to go on') from t;
select is(ops.finish_arrival(t.learner, t.move, '{}'), false, 'O6: rows that differ from the old cell''s are not taken for the learner') from t;
select is((select count(*) from learner.practice), 0::bigint, 'O6: after a difference everything is copied anew');
select * from finish();
rollback;
