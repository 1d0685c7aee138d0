begin;
select plan(14);
select tests.a_release();
create temp table cell (url text);
insert into cell values ('https://b.example.org');
create function pg_temp.cells() returns void language sql as $$
  select ops.configure_cells('a', jsonb_build_array(jsonb_build_object('name', 'a', 'url', 'https://a.example.org', 'is_default', true),
    jsonb_build_object('name', 'b', 'url', c.url, 'is_default', false))) from cell c $$;
create function pg_temp.push(p_k integer) returns text language sql as $$ select tests.raised(format('select tests.send_for(%s, tests.attempt(%s, 1))', p_k, p_k)) $$;

select is((select count(*) from ops.cell), 0::bigint, 'O6: a new database is one cell, without a list');
select lives_ok('select tests.send_for(1, tests.attempt(1, 1))', 'O6: without a list of cells every learner is at home');
select pg_temp.cells();
select lives_ok('select tests.send_for(1, tests.attempt(2, 1))', 'O6: a learner without a row in the map lives in the default cell');

create temp table move as select s.user_id, ops.begin_departure(s.user_id, 'b') as id from learner.state s;
select is(ops.begin_departure(m.user_id, 'b'), m.id, 'O6: a repeated first step is the same move') from move m;
select is(pg_temp.push(1), 'CR086', 'O6, U8: a learner who is moving is refused without a URL');
select is(tests.raised(format('select private.pull_for(%L, null, null, null, null, null)', m.user_id)), 'CR086', 'O6: a learner who is moving cannot pull') from move m;
select is((select count(*) from learner.event), 2::bigint, 'O6, U3: a refused batch stores nothing');
select is(private.hold_off_erasures(array[m.user_id]), '{}', 'O6: other writers pass over a learner who is moving') from move m;
select throws_ok(format('select ops.rebuild_learner(%L)', m.user_id), 'CR086', null, 'O6: a learner who is moving is not rebuilt') from move m;

select ops.finish_departure(m.user_id, m.id, ops.departure_digest(m.user_id, m.id)) from move m;
select is(pg_temp.push(1), 'CR086 https://b.example.org', 'O6: a learner who has moved is told where to');
select is(ops.clear_departed(m.user_id, m.id) > 0, true, 'O6: the rows of a learner who has moved are deleted') from move m;
select is((select count(*) from learner.event), 0::bigint, 'O6: nothing of the ledger is left in the old cell');
select is(array(select a.action from ops.audit a where a.object_id = m.user_id::text collate "C" order by a.id), array['begin_departure', 'finish_departure'],
  'O1, O6: a move is audited, and its deletions do not look like edits by hand') from move m;
select is((select array_agg(distinct a.action) from ops.audit a where a.action like 'hand%'), null, 'O1, O6: no record of a move is an edit by hand');
select * from finish();
rollback;
