begin;
select plan(16);

select tests.a_release();
-- What happened while schema 1 was not written: an edit, a row that went, one that came, and one of a type that it does not have.
update content.schema set state = 'retired' where schema = 1;
update content.question set prompt = 'Edited' where id = tests.question(1);
delete from content.question where id = tests.question(2);
update content.question set type = 'numeric', choices = '{}', answer = '{"value": "1"}' where id = tests.question(3);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 0}');
select tests.publish();

update content.schema set state = 'previous' where schema = 1;
select is(tests.publish(), 2, 'C8: by itself, nothing is to be published');
select ops.mark_all_drafts();
create temporary table preview on commit drop as select public.preview_release()::jsonb as p;
select is((select p - 'hash' - 'changes' from preview),
  '{"base_version": 2, "upserts": 2, "deletes": 2, "delete_share": 0.1818, "needs_force": false, "problems": []}', 'C5: the preview counts what the schema lacks');
select results_eq(
  $$ select c ->> 'op', c ->> 'schema', (c ->> 'id')::uuid from preview, jsonb_array_elements(p -> 'changes') c order by 3 $$,
  $$ values ('update', '1', tests.question(1)), ('delete', '1', tests.question(2)), ('delete', '1', tests.question(3)), ('insert', '1', tests.question(7)) $$,
  'C5: row by row, and says that it is the old schema alone');
select is((select c -> 'fields' -> 'prompt' from preview, jsonb_array_elements(p -> 'changes') c where c ->> 'op' = 'update'),
  '{"before": "Prompt 1", "after": "Edited"}', 'C5: field by field');

select is(private.publish_release(null, (select p ->> 'hash' from preview), false) ->> 'version', '3', 'C8: it is published');
select results_eq('select upserts, deletes, questions from content.release where version = 3', 'values (2, 2, 6)',
  'I1: the release counts them; the current schema has what it had');
select is_empty('select from content.draft_mark', 'C8: with all marks');
select is_empty('select from content.revision where version = 3 and schema <> 1', 'I3: nothing is written for the schema that had it');
select results_eq(
  $$ select l::json ->> 'key' from string_to_table(private.content_page(null, 1::smallint, 0, null, null, null, 1000), E'\n') l
     where l like '{"kind":"question"%' order by 1 $$,
  $$ values ('question-1'), ('question-4'), ('question-5'), ('question-6'), ('question-7') $$, 'C8: the old schema has what it can have');
select results_eq(
  $$ select op, id from tests.delta(1) order by id $$, $$ values ('upsert', tests.question(1)), ('delete', tests.question(2)), ('delete', tests.question(3)), ('upsert', tests.question(7)) $$,
  'C2: its devices get the difference');
select is((select body::jsonb ->> 'prompt' from content.revision where version = 3 and id = tests.question(1)), 'Edited', 'C8: as it is now');
select is(tests.publish(), 3, 'I1: again there is nothing to publish');
select is((select p ->> 'hash' from preview), encode((select change_hash from content.release where version = 3), 'hex'), 'C5: whoever publishes that preview again …');
select is(private.publish_release(null, (select p ->> 'hash' from preview), false) ->> 'version', '3', 'C5: … gets that release');

update content.question set prompt = 'Both' where id = tests.question(1);
select tests.publish();
select results_eq($$ select from_schema, schema from content.revision where version = 4 order by 1 $$, 'values (1::smallint, 1::smallint), (2::smallint, 2::smallint)',
  'C8: the next edit reaches both');
update content.question set prompt = 'Both again' where id = tests.question(1);
select tests.publish();
select results_eq($$ select from_schema, schema from content.revision where version = 5 $$, 'values (1::smallint, 2::smallint)', 'C8: and is one text for both from then on');

select * from finish();
rollback;
