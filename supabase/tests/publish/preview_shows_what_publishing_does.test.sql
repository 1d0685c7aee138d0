begin;
select plan(6);

select tests.a_release();
update content.question set prompt = 'Edited', difficulty = 3 where id = tests.question(1);
delete from content.question where id = tests.question(3);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 0}');

create temporary table preview on commit drop as select public.preview_release()::jsonb as p;
select is((select p - 'hash' - 'changes' from preview), '{"base_version": 1, "upserts": 2, "deletes": 1, "delete_share": 0.0909, "needs_force": false, "problems": [], "warnings": []}',
  'I2: a preview counts updates, deletes and problems');
select results_eq(
  $$ select c ->> 'op', c ->> 'kind', (c ->> 'id')::uuid, c ->> 'key' from preview, jsonb_array_elements(p -> 'changes') c order by 1 $$,
  $$ values ('delete', 'question', tests.question(3), 'question-3'), ('insert', 'question', tests.question(7), 'question-7'),
            ('update', 'question', tests.question(1), 'question-1') $$,
  'I2: a preview names each row that would change');
select is((select c -> 'fields' from preview, jsonb_array_elements(p -> 'changes') c where c ->> 'op' = 'update'),
  '{"prompt": {"before": "Prompt 1", "after": "Edited"}, "difficulty": {"before": null, "after": 3}}', 'I2: a preview shows the changed fields with their values before and after');
select is((select max(version) from content.release), 1, 'I2: a preview publishes nothing');

select is(private.publish_release(null, (select p ->> 'hash' from preview), false) ->> 'version', '2', 'I2: a publish with the hash of the preview succeeds');
select results_eq('select upserts, deletes from content.release where version = 2', 'values (2, 1)', 'I2: a publish changes the rows that the preview counted');

select * from finish();
rollback;
