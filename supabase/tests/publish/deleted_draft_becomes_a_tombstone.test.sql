begin;
select plan(2);

select tests.a_release();

delete from content.question where id = tests.question(1);
select tests.publish();
select results_eq('select id, op from content.revision where schema = 2 and version = 2', $$ values (tests.question(1), 'delete') $$,
  'I3: a draft that was deleted by hand is deleted explicitly');
select results_eq('select type, answer from content.answer_key where question_id = tests.question(1) and version = 2',
  'values (null::text, null::jsonb)', 'I3: and its answer key says that it is gone');

select * from finish();
rollback;
