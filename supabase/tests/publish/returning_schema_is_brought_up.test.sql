begin;
select plan(16);

select tests.a_release();
-- Changes while schema 1 was retired: an edit, a deleted row, a new row, and a row of a type that schema 1 lacks.
update content.schema set state = 'retired' where schema = 1;
update content.question set prompt = 'Edited' where id = tests.question(1);
delete from content.question where id = tests.question(2);
update content.question set type = 'numeric', choices = '{}', answer = '{"value": "1"}' where id = tests.question(3);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 0}');
select tests.publish();

update content.schema set state = 'previous' where schema = 1;
select is(tests.publish(), 2, 'C8: a schema that is brought back does not make a version by itself');
select ops.mark_all_drafts();
create temporary table preview on commit drop as select public.preview_release()::jsonb as p;
select is((select p - 'hash' - 'changes' from preview),
  '{"base_version": 2, "upserts": 2, "deletes": 2, "delete_share": 0.1818, "needs_force": false, "problems": [], "warnings": []}', 'C5: the preview counts the rows that the returning schema lacks');
select results_eq(
  $$ select c ->> 'op', c ->> 'schema', (c ->> 'id')::uuid from preview, jsonb_array_elements(p -> 'changes') c order by 3 $$,
  $$ values ('update', '1', tests.question(1)), ('delete', '1', tests.question(2)), ('delete', '1', tests.question(3)), ('insert', '1', tests.question(7)) $$,
  'C5: the preview lists the changes of the returning schema');
select is((select c -> 'fields' -> 'prompt' from preview, jsonb_array_elements(p -> 'changes') c where c ->> 'op' = 'update'),
  '{"before": "Prompt 1", "after": "Edited"}', 'C5: the preview shows the changed fields of the returning schema');

select is(private.publish_release(null, (select p ->> 'hash' from preview), false) ->> 'version', '3', 'C8: the changes of a returning schema are published');
select results_eq('select upserts, deletes, questions from content.release where version = 3', 'values (2, 2, 6)',
  'I1: the release counts the changes of the returning schema and the rows of the current one');
select is_empty('select from content.draft_mark', 'C8: the publish of a returning schema clears all marks');
select is_empty('select from content.revision where version = 3 and schema <> 1', 'I3: the publish of a returning schema writes no row of the current schema');
select results_eq(
  $$ select l::json ->> 'key' from string_to_table(private.content_page(null, 1::smallint, 0, null, null, null, 1000), E'\n') l
     where l like '{"kind":"question"%' order by 1 $$,
  $$ values ('question-1'), ('question-4'), ('question-5'), ('question-6'), ('question-7') $$, 'C8: the returning schema has every row that it can express');
select results_eq(
  $$ select op, id from tests.delta(1) order by id $$, $$ values ('upsert', tests.question(1)), ('delete', tests.question(2)), ('delete', tests.question(3)), ('upsert', tests.question(7)) $$,
  'C2: devices of the returning schema get the difference as a delta');
select is((select body::jsonb ->> 'prompt' from content.revision where version = 3 and id = tests.question(1)), 'Edited', 'C8: the returning schema has the current text of an edited question');
select is(tests.publish(), 3, 'I1: a second publish of a returning schema makes no version');
select is((select p ->> 'hash' from preview), encode((select change_hash from content.release where version = 3), 'hex'), 'C5: the hash of the published preview is recorded with its release');
select is(private.publish_release(null, (select p ->> 'hash' from preview), false) ->> 'version', '3', 'C5: a repeated publish of the same preview returns the same release');

update content.question set prompt = 'Both' where id = tests.question(1);
select tests.publish();
select results_eq($$ select from_schema, schema from content.revision where version = 4 order by 1 $$, 'values (1::smallint, 1::smallint), (2::smallint, 2::smallint)',
  'C8: the next edit of a row writes a text for each schema');
update content.question set prompt = 'Both again' where id = tests.question(1);
select tests.publish();
select results_eq($$ select from_schema, schema from content.revision where version = 5 $$, 'values (1::smallint, 2::smallint)', 'C8: the edit after the next is stored as one text for both schemas');

select * from finish();
rollback;
