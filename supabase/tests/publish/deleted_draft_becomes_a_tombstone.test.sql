begin;
select plan(2);

select tests.a_release();

delete from content.question where id = tests.question(1);
select tests.publish();
select results_eq('select id, op from content.revision where schema = 2 and version = 2', $$ values (tests.question(1), 'delete') $$,
  'I3: a draft deleted by hand becomes a delete');
select results_eq('select type, answer from content.answer_key where question_id = tests.question(1) and version = 2',
  'values (null::text, null::jsonb)', 'I3: the answer key of a deleted question is null');

select * from finish();
rollback;
