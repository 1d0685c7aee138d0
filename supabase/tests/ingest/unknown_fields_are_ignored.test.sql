begin;
select plan(14);

select tests.a_release();
-- Fields of another event type with values that would be invalid there.
create temporary table line (text text, wanted text) on commit drop;
insert into line values
  (tests.progress(10, 1, 10, '{"content_version": "soon"}'), 'content_version in progress'),
  (tests.progress(11, 1, 10, '{"content_version": 99}'), 'a great content_version in progress'),
  (tests.progress(12, 1, 10, '{"session_id": "none"}'), 'session_id in progress'),
  (tests.progress(13, 1, 10, '{"question_id": "none"}'), 'question_id in progress'),
  (tests.progress(14, 1, 10, jsonb_build_object('question_id', tests.question(5))), 'another skill''s question_id in progress'),
  (tests.attempt(15, 1, '{"skill_id": "none"}'), 'skill_id in an attempt'),
  (tests.attempt(16, 1, jsonb_build_object('skill_id', tests.skill(9))), 'an unknown skill_id in an attempt'),
  (tests.event(17, 'session.started', jsonb_build_object('session_id',
    tests.ulid(900), 'content_version', 1, 'reset', '{"count": "x"}'::jsonb)), 'reset in a session'),
  (tests.event(18, 'session.ended', jsonb_build_object('session_id',
    tests.ulid(900), 'reason', 'completed', 'question_id', 1, 'skill_id', 2)), 'ids in the end of a session'),
  (tests.reset(19, 1, 1, '{"reset": {"count": "x"}, "content_version": {}}'), 'reset and content_version in a reset'),
  (tests.progress(20, 2, 10, '{"base": {"mastery": 100}}'), 'base in progress'),
  (tests.attempt(21, 1, '{}', '{"extra": [1]}'), 'a field in the envelope');

create function pg_temp.sent(p_line text) returns text
language plpgsql
as $$
begin
  return array_to_string(tests.send(p_line), ' ');
exception
  when others then
    return 'the batch failed: ' || sqlstate;
end
$$;

select is(pg_temp.sent(text), 'applied', 'I7: an unknown field is ignored: ' || wanted) from line;
select set_eq('select distinct skill_id from learner.event where user_id = tests.learner() and skill_id is not null', 'values (tests.skill(1)), (tests.skill(2))',
  'I6: unknown fields do not change the stamped skill');
select is((select mastery from learner.skill_progress where user_id = tests.learner() and skill_id = tests.skill(2)), 10::smallint,
  'I5: unknown fields do not change progress');

select * from finish();
rollback;
