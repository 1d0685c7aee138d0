begin;
select plan(17);

select tests.a_release();
update content.question set type = 'short_text', choices = '{}', answer = '{"accepted": ["don''t"]}' where id = tests.question(1);
update content.question set type = 'short_text', choices = '{}', answer = '{"accepted": ["don''t"], "normalisation": 1}' where id = tests.question(2);
select is(tests.publish(), 2, 'C5: a short text may name the rule that normalises it');
create function pg_temp.keys(p_question integer) returns text language sql
as $$ select string_agg(version || ': ' || coalesce(answer ->> 'normalisation', 'none'), ', ' order by version) from content.answer_key where question_id = tests.question(p_question) $$;
create function pg_temp.verdict(p_n integer, p_question integer, p_text text, p_version integer) returns boolean language plpgsql
as $$
begin
  perform tests.send(tests.attempt(p_n, p_question, jsonb_build_object('content_version', p_version, 'answer', jsonb_build_object('text', p_text))));
  return (select graded_correct from learner.attempt where user_id = tests.learner() and event_id = tests.event_id(p_n));
end
$$;

select is(pg_temp.keys(1), '1: none, 2: 2', 'C5: a published key that names no rule gets the newest one');
select is(pg_temp.keys(2), '1: none, 2: 1', 'C5: a published key keeps the rule that its draft names');
select is((select body::jsonb -> 'answer' from content.revision where id = tests.question(1) and version = 2 and op = 'upsert'),
  '{"accepted": ["don''t"], "normalisation": 2}', 'I6: a device gets the rule by which the server grades');
select is((select answer from content.question where id = tests.question(1)), '{"accepted": ["don''t"]}', 'C5: publishing leaves the draft as its author wrote it');
select is(pg_temp.verdict(10, 1, E'DON\u2019T', 2), true, 'I6: rule 2 takes a typographic apostrophe for a typewriter''s');
select is(pg_temp.verdict(11, 2, E'DON\u2019T', 2), false, 'I6: rule 1 does not fold quotes');
select is(pg_temp.verdict(12, 2, 'Don''t', 2), true, 'I6: rule 1 ignores case');

-- Content of before there was a second rule: its key names none.
alter table content.answer_key disable trigger all;
update content.answer_key set answer = answer - 'normalisation' where question_id = tests.question(2) and version = 2;
alter table content.answer_key enable trigger all;
select is(pg_temp.verdict(13, 2, E'don\u2019t', 2), false, 'I6: a key that names no rule is graded by rule 1');
update content.question set answer = '{"accepted": ["don''t"]}' where id = tests.question(2);
select is(tests.publish(), 3, 'C5: another rule is another version');
select is(pg_temp.verdict(14, 2, E'don\u2019t', 3), true, 'I6: an answer to the new version is graded by the new rule');
select is(pg_temp.verdict(15, 2, E'don\u2019t', 2), false, 'I6: an answer to the old version is graded by the old rule, however late it arrives');
create temporary table before on commit drop as select event_id, graded_correct from learner.attempt where user_id = tests.learner();
select ops.rebuild_learner(tests.learner());
select set_eq('select event_id, graded_correct from learner.attempt where user_id = tests.learner()', 'table before', 'I6: a rebuild keeps every verdict');

alter table content.revision disable trigger all;
update content.revision set body = replace(body, ',"normalisation":1', '') where id = tests.question(2) and version = 2;
alter table content.revision enable trigger all;
select is(public.rollback_release(2) ->> 'version', '4', 'C5: content of before the second rule can be rolled back to');
select is(pg_temp.keys(2) , '1: none, 2: none, 3: 2, 4: 1', 'I6: content that is rolled back to keeps its rule');
select is(tests.violated(format('update content.question set answer = %L where id = %L', jsonb_build_object('accepted', array['a'], 'normalisation', rule), tests.question(1))),
  'question_short_text_answer_is_accepted_texts', 'C8: a rule that devices of this schema do not know is refused: ' || rule::text)
from unnest(array['3', '0']::jsonb[]) r (rule);

select * from finish();
rollback;
