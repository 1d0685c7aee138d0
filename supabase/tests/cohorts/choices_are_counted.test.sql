begin;
select plan(8);

select tests.a_cohort();
create function pg_temp.seen(p_call text) returns setof text language sql as $$
  select tests.seen_by(tests.learner(21), 'instructor', p_call) $$;

select results_eq($$ select pg_temp.seen('select version, choice, label, is_right, learners, attempts, share from public.answer_choices(tests.question(1), tests.domain(1))') $$,
  $$ values ('(2,1,yes,f,1,1,0.5000)'), ('(2,2,perhaps,t,1,1,0.5000)'), ('(1,1,yes,t,2,3,0.6000)'), ('(1,0,no,f,1,2,0.4000)') $$,
  'O3: choices of a question by revision, each with its text and whether it is right');
select results_eq($$ select pg_temp.seen(format('select version, choice from public.answer_choices(tests.question(1), tests.domain(1), after => %L, page_rows => 2)', '2|1|2')) $$,
  $$ values ('(1,1)'), ('(1,0)') $$, 'O3: choices are paged');

-- All types.
update content.question set type = 'multiple_choice', answer = '{"choices": [0, 2]}' where id = tests.question(2);
update content.question set type = 'true_false', choices = '{}', answer = '{"value": true}' where id = tests.question(3);
update content.question set type = 'numeric', choices = '{}', answer = '{"value": "9.81", "tolerance": "0.01"}' where id = tests.question(4);
update content.question set type = 'short_text', choices = '{}', answer = '{"accepted": ["mitochondrion"]}' where id = tests.question(5);
select tests.publish();
select tests.send(tests.attempt(50, 2, '{"content_version": 3, "answer": {"choices": [0, 1]}}'), tests.attempt(51, 3, '{"content_version": 3, "answer": {"value": true}}'),
  tests.attempt(52, 3, '{"content_version": 3, "answer": {"choice": 1}}'), tests.attempt(53, 4, '{"content_version": 3, "answer": {"value": "9.820"}}'),
  tests.attempt(54, 5, '{"content_version": 3, "answer": {"text": "  Mitochondrion "}}'), tests.attempt(55, 5, '{"content_version": 3, "answer": {"nothing": 1}}'),
  tests.attempt(56, 2, '{"content_version": 3, "answer": {"choices": [99, "x"]}}'));
create temporary table wanted (question integer, rows text[]) on commit drop;
insert into wanted values (2, '{"(0,no,t,0.3333)","(1,yes,f,0.3333)","(?,,,0.3333)"}'), (3, '{"(false,false,f,0.5000)","(true,true,t,0.5000)"}'), (4, '{"(9.82,9.82,t,1.0000)"}'),
  (5, '{"(?,,,0.5000)","(mitochondrion,mitochondrion,t,0.5000)"}');
select bag_eq(format('select pg_temp.seen(%L)', format('select choice, label, is_right, share from public.answer_choices(%L, %L) where version = 3', tests.question(question), tests.domain(1))),
  format('select unnest(%L::text[])', rows), format('O3: the answers to question %s of another type', question)) from wanted;

-- All learners.
select ops.recount_answers();
select bag_eq(format('select q::text from (select choice, attempts from public.answer_choices(%L) where version = 3) q', tests.question(5)), $$ values ('(?,2)') $$,
  'O5: what learners wrote is not in the figures of all learners');
select is_empty($$ select from ops.answer_figure where choice ~ 'mito' or choice = '9.82' $$, 'O5: no learner''s words are stored with the figures');

select * from finish();
rollback;
