begin;
select plan(5);

create temporary table violation (rule text, statement text) on commit drop;
insert into violation values
  ('shelf_pkey', $$ insert into content.shelf (id, head_version, kind, draft_id, draft) overriding system value
     select 1, 1, 'skill', tests.skill(1), jsonb_build_object('id', tests.skill(1)) from generate_series(1, 2) $$),
  ('shelf_kind_known', $$ insert into content.shelf (head_version, kind, draft_id, draft) values (1, 'course', tests.skill(1), jsonb_build_object('id', tests.skill(1))) $$),
  ('shelf_draft_is_the_row', $$ insert into content.shelf (head_version, kind, draft_id, draft) values (1, 'skill', tests.skill(1), '{}') $$);
select set_eq('select rule from violation',
  $$ select conname::text from pg_constraint where conrelid = 'content.shelf'::regclass and contype <> 'n' $$, 'C5: every constraint of the shelf has a case here');
select is(tests.violated(statement), rule, 'C5: a shelved draft is refused by ' || rule) from violation;
select is((select count(*) from content.shelf), 0::bigint, 'C5: refused statements store nothing on the shelf');

select * from finish();
rollback;
