begin;
select plan(3);

select tests.a_release();
select tests.send(tests.attempt(30, 1), tests.attempt(20, 3));
create temporary table before on commit drop as select change_seq from learner.state where user_id = tests.learner();
create temporary view numbered as
  select change_seq from learner.session where user_id = tests.learner() union all select change_seq from learner.attempt
    where user_id = tests.learner()
  union all select change_seq from learner.skill_progress where user_id = tests.learner();
create temporary table first on commit drop as table numbered;

select tests.send(tests.attempt(10, 5), tests.event(11, 'session.started', jsonb_build_object('session_id',
  tests.ulid(900), 'content_version', 1)), tests.progress(12, 1, 5));
select is((select count(distinct change_seq) from numbered), (select count(*) from numbered), 'I8: no two changes have the same change number');
select ok((select min(change_seq) > (select change_seq from before) from numbered where change_seq not in (table first)),
  'I8: later changes have greater change numbers');
select ok((select max(change_seq) from numbered) <= (select change_seq from learner.state where user_id = tests.learner()),
  'I8: no change number is greater than the learner''s counter');

select * from finish();
rollback;
