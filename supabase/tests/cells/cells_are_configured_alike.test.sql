begin;
select plan(10);
create function pg_temp.list(variadic p_names text[]) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('name', n.name, 'url', format('https://%s.example.org', n.name), 'is_default', n.place = 1))
  from unnest(p_names) with ordinality n (name, place) $$;
select tests.authenticate('00000000-0000-4000-8000-000000000001', 'support');
select throws_ok($$ select ops.configure_cells('a', '[]') $$, '42501', null, 'O6: no caller of the API lists cells');
select tests.reset_role();

select lives_ok($$ select ops.configure_cells('b', pg_temp.list('a', 'b', 'c'), true) $$, 'O6: cells are listed');
select results_eq('select name, is_here, is_default from ops.cell order by name',
  $$ values ('a', false, true), ('b', true, false), ('c', false, false) $$, 'O6: one cell is this one, and one is the default');
select is((select a.object_id from ops.audit a where a.action = 'configure_cells'), 'b', 'O1, O6: the list is audited');
select is((select s.sessions_elsewhere from ops.session_setting s), true, 'O6: the cell knows that its accounts are in another project');
select ops.configure_cells('b', pg_temp.list('a', 'b', 'c'));
select is((select count(*) from ops.audit a where a.action = 'configure_cells'), 1::bigint, 'O6: the same list again changes nothing');
select throws_ok($$ select ops.configure_cells('d', pg_temp.list('a', 'b')) $$, 'CR044', null, 'O6: this cell must be in the list');
select is(tests.violated($$ select ops.configure_cells('a', '[{"name": "a", "url": "http://a.example.org", "is_default": true}]') $$), 'cell_url_is_a_base',
  'O6: no token is sent to a cell in clear');
select ops.place_learner('00000000-0000-4000-8000-000000000009', 'c');
select is(tests.raised($$ select ops.configure_cells('b', pg_temp.list('a', 'b')) $$), 'CR057 c', 'O6: a cell with learners stays in the list');
select is(tests.raised($$ select private.refuse_moved('00000000-0000-4000-8000-000000000008') $$), 'CR086 https://a.example.org',
  'O6: a cell sends learners whom it does not know to the default cell');
select * from finish();
rollback;
