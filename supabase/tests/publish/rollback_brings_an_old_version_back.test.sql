begin;
select plan(9);

select tests.a_release();
update content.question set prompt = 'Worse', explanation = 'Why', tags = '{x}' where id = tests.question(1);
update content.question set type = 'true_false', choices = '{}', answer = '{"value": true}' where id = tests.question(2);
update content.skill set domain_id = tests.domain(2) where id = tests.skill(2);
delete from content.question where id = tests.question(5);
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(7), tests.skill(1), 'question-7', 'New', '{a,b}', '{"choice": 0}');
select tests.publish();

create function pg_temp.content_at(p_version integer) returns table (schema smallint, kind text, id uuid, content jsonb) language sql as $$
  select * from (
    select distinct on (s.schema, r.kind, r.id) s.schema, r.kind, r.id, r.body::jsonb - 'version' as content
    from content.schema s join content.revision r on s.schema between r.from_schema and r.schema
    where r.version <= p_version order by s.schema, r.kind, r.id, r.version desc) x
  where x.content is not null
$$;

select is(private.rollback_release(1, null, false) ->> 'version', '3', 'C5: a roll-back makes a new version');
select set_eq('select * from pg_temp.content_at(3)', 'select * from pg_temp.content_at(1)', 'C5: a roll-back has the content of the old version in every schema');
select results_eq('select rollback_to, note from content.release where version = 3', $$ values (1, 'Back to version 1') $$, 'C5: a roll-back is marked as such in the release');
select is(tests.publish(), 3, 'C5: a publish after a roll-back makes no version');
select is((select status from content.question where id = tests.question(7)), 'withdrawn', 'C5: a question that was added after the old version is withdrawn, not deleted');
select results_eq($$ select kind, draft_id, draft ->> 'prompt' from content.shelf order by id $$,
  $$ values ('skill', tests.skill(2), null), ('question', tests.question(1), 'Worse'), ('question', tests.question(2), 'Prompt 2'), ('question', tests.question(7), 'New') $$,
  'C5: the replaced drafts are on the shelf');

select is(ops.restore_shelved(array(select id from content.shelf)), 4, 'C5: shelved drafts can be restored by hand');
select tests.publish();
select set_eq($$ select * from pg_temp.content_at(4) $$, $$
  select * from pg_temp.content_at(2) union all select * from pg_temp.content_at(1) where id = tests.question(5) $$,
  'C5: restored drafts have the content from before the roll-back, except deleted rows');
select results_eq($$ select action, object_id from ops.audit where action like 'r%_release' order by id desc limit 1 $$, $$ values ('rollback_release', '3') $$,
  'I10: a roll-back is recorded in the audit log');

select * from finish();
rollback;
