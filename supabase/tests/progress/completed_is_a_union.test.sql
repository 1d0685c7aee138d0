begin;
select plan(1);

select tests.a_release();
select tests.send(tests.progress(10, 1, 0, jsonb_build_object('completed', array[tests.question(2), tests.question(2)])));
select tests.send(tests.progress(11, 1, 0, '{"completed": []}'), tests.progress(12, 1, 0, jsonb_build_object('completed',
  array[tests.question(1), tests.question(2)])),
  tests.progress(13, 1, 0, '{"completed": null}'), tests.progress(14, 1, 0));

select is((select completed from learner.skill_progress where user_id = tests.learner()), array[tests.question(1), tests.question(2)],
  'I5: completed questions are a sorted union without duplicates');

select * from finish();
rollback;
