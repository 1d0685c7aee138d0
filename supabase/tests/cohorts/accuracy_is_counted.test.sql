begin;
select plan(12);

-- tests.a_cohort() says who has answered what. Two answers to question 1 arrive when its version is outdated.
select tests.a_cohort();
create function pg_temp.seen(p_call text) returns setof text language sql as $$
  select tests.seen_by(tests.learner(21), 'instructor', p_call) $$;

select results_eq($$ select pg_temp.seen('select key, learners, attempts, correct, accuracy, first_attempts, first_accuracy, tries_to_success, outdated, skipped
    from public.accuracy(''question'', tests.domain(1))') $$,
  $$ values ('(question-3,1,1,0,0.0000,1,0.0000,,0,1)'), ('(question-1,3,7,4,0.5714,3,0.3333,2.00,2,0)'), ('(question-2,1,1,1,1.0000,1,1.0000,1.00,0,0)'),
      ('(question-4,1,1,1,1.0000,1,1.0000,1.00,0,0)') $$,
  'O3: questions of a cohort, hardest first: late and repeated answers count once, voided ones do not');
select results_eq($$ select pg_temp.seen('select key, learners, attempts, correct, first_accuracy, tries_to_success, outdated from public.accuracy(''skill'', tests.domain(1))') $$,
  $$ values ('(skill-1,3,8,5,0.5000,1.67,2)'), ('(skill-2,2,2,1,0.5000,1.00,0)') $$, 'O3: skills of a cohort');
select results_eq($$ select pg_temp.seen('select key, title, learners, attempts, correct from public.accuracy(''domain'', tests.domain(1))') $$,
  $$ values ('(domain-1,"Domain 1",3,10,6)') $$, 'O3: domains of a cohort');
select results_eq($$ select pg_temp.seen('select learners, attempts, correct, accuracy, first_attempts from public.accuracy(''cohort'', tests.domain(1))') $$,
  $$ values ('(3,10,6,0.6000,6)') $$, 'O3: a cohort as a whole');
select results_eq($$ select pg_temp.seen('select version, learners, attempts, correct, first_attempts, first_accuracy
    from public.accuracy(''revision'', tests.domain(1), question => tests.question(1), sort => ''newest'')') $$,
  $$ values ('(2,2,2,1,1,0.0000)'), ('(1,2,5,3,2,0.5000)') $$, 'O3: a question before and after a revision, by the answered version');
select results_eq($$ select pg_temp.seen('select key from public.accuracy(''question'', tests.domain(1), sort => ''skipped'', page_rows => 1)') $$,
  $$ values ('(question-3)') $$, 'O3: the most skipped question');
select results_eq($$ select pg_temp.seen('select key from public.accuracy(''question'', tests.domain(1), sort => ''tries'', page_rows => 1)') $$,
  $$ values ('(question-1)') $$, 'O3: the question with the most attempts until the first right answer');
select results_eq($$ select pg_temp.seen('select key from public.accuracy(''question'', tests.domain(1), skill => tests.skill(2))') $$,
  $$ values ('(question-3)'), ('(question-4)') $$, 'O3: the questions of one skill');

-- Pages.
create function pg_temp.all_pages() returns setof text language plpgsql as $$
declare v_row record; v_cursor text;
begin
  perform tests.authenticate(tests.learner(21), 'instructor');
  loop
    select * into v_row from public.accuracy('question', tests.domain(1), after => v_cursor, page_rows => 1);
    exit when v_row.id is null;
    return next v_row.key;
    v_cursor := v_row.cursor;
  end loop;
  perform tests.reset_role();
end $$;
select results_eq('select pg_temp.all_pages()', $$ values ('question-3'), ('question-1'), ('question-2'), ('question-4') $$, 'O3: pages of questions have each row once');

-- What support and the learner change later.
select private.void_record(tests.learner(2), 'attempt', tests.ulid(21), 'it was the learner', false);
select results_eq($$ select pg_temp.seen('select learners, attempts, correct, first_accuracy from public.accuracy(''question'', tests.domain(1), question => tests.question(2))') $$,
  $$ values ('(2,2,1,0.5000)') $$, 'O3: an attempt that is given back counts again');
create temporary table before on commit drop as select * from pg_temp.seen('select id, attempts, correct, first_attempts, outdated, skipped from public.accuracy(''question'', tests.domain(1))');
select tests.send(tests.reset(40, 1, 1)), ops.rebuild_learner(tests.learner(1)), ops.rebuild_learner(tests.learner(2));
select results_eq($$ select pg_temp.seen('select id, attempts, correct, first_attempts, outdated, skipped from public.accuracy(''question'', tests.domain(1))') $$, 'table before',
  'O3: a reset and a rebuild change no accuracy');
delete from ops.cohort_member where user_id = tests.learner(1);
select results_eq($$ select pg_temp.seen('select learners, attempts from public.accuracy(''question'', tests.domain(1), question => tests.question(1))') $$,
  $$ values ('(2,3)') $$, 'O3: who leaves a cohort is no longer in its figures');

select * from finish();
rollback;
