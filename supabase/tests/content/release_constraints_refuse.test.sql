begin;
select plan(24);

select tests.a_release();

create temporary table violation (rule text, statement text) on commit drop;
insert into violation values
  ('release_pkey', $$ insert into content.release values (1, now(), null, null, 1, 1, 1, 1, 0) $$),
  ('release_version_positive', $$ insert into content.release values (0, now(), null, null, 1, 1, 1, 1, 0) $$),
  ('release_changes_something', $$ insert into content.release values (2, now(), null, null, 1, 1, 1, 0, 0) $$),
  ('release_rollback_goes_back', $$ insert into content.release values (2, now(), null, null, 1, 1, 1, 1, 0, null, 2) $$),
  ('revision_pkey', $$ insert into content.revision select * from content.revision limit 1 $$),
  ('revision_schemas_ascend', $$ insert into content.revision values (1, 2, 1, 'domain', tests.domain(9), 'delete', tests.domain(9)) $$),
  ('revision_version_exists', $$ insert into content.revision values (2, 1, 3, 'domain', tests.domain(1), 'delete', tests.domain(1)) $$),
  ('revision_kind_known', $$ insert into content.revision values (2, 1, 1, 'course', tests.domain(9), 'delete', tests.domain(9)) $$),
  ('revision_op_known', $$ insert into content.revision values (2, 1, 1, 'domain', tests.domain(9), 'replace', tests.domain(9)) $$),
  ('revision_body_iff_upsert', $$ insert into content.revision values (2, 1, 1, 'domain', tests.domain(9), 'upsert', tests.domain(9)) $$),
  ('revision_body_is_one_line', $$ insert into content.revision
     values (2, 1, 1, 'domain', tests.domain(9), 'upsert', tests.domain(9), null, E'{\n}', '') $$),
  ('revision_skill_iff_question', $$ insert into content.revision
     values (2, 1, 1, 'domain', tests.domain(9), 'delete', tests.domain(9), tests.skill(1)) $$),
  ('tree_node_pkey', $$ insert into content.tree_node select * from content.tree_node limit 1 $$),
  ('tree_node_version_exists', $$ insert into content.tree_node values (1, 'skill', tests.skill(1), 3, sha256(''), 0) $$),
  ('tree_node_kind_known', $$ insert into content.tree_node values (1, 'question', tests.question(1), 1, sha256(''), 0) $$),
  ('tree_node_hash_is_sha256', $$ insert into content.tree_node values (1, 'skill', tests.skill(9), 1, '\x00', 0) $$),
  ('tree_text_pkey', $$ insert into content.tree_text select * from content.tree_text limit 1 $$),
  ('tree_text_schemas_ascend', $$ insert into content.tree_text values (tests.skill(9), 1, 2, '') $$),
  ('answer_key_pkey', $$ insert into content.answer_key select * from content.answer_key limit 1 $$),
  ('answer_key_version_exists', $$ insert into content.answer_key values (tests.question(1), 3, tests.skill(1)) $$),
  ('answer_key_type_iff_answer', $$ insert into content.answer_key values (tests.question(9), 1, tests.skill(1), 'single_choice') $$);

select set_eq('select rule from violation',
  $$ select conname::text from pg_constraint
     where conrelid in ('content.release'::regclass, 'content.revision'::regclass, 'content.tree_node'::regclass,
       'content.tree_text'::regclass, 'content.answer_key'::regclass)
       and contype <> 'n'
     union all
     -- Triggers that replace foreign keys.
     select tgname::text from pg_trigger where tgfoid = 'private.check_next_version'::regproc $$,
  'I3: every constraint of the published tables has a case here');
select is(tests.violated(statement), rule, 'I3: a published row is refused by ' || rule) from violation;
-- A row that is equal in both schemas.
select is(tests.violated($$ insert into content.revision values (2, 2, 1, 'domain', tests.domain(1), 'delete', tests.domain(1)) $$),
  'revision_pkey', 'I3: a row has one revision per version in the newer schema');
select is(tests.violated($$ insert into content.revision values (1, 1, 1, 'domain', tests.domain(1), 'delete', tests.domain(1)) $$),
  'revision_version_kind_id_from_schema_idx', 'I3: a row has one revision per version in the older schema');

select * from finish();
rollback;
