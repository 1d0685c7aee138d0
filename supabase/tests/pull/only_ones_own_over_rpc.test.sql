begin;
select plan(4);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
select tests.send_for(2, tests.attempt(11, 3));

select tests.authenticate(tests.learner(2), 'admin');
select results_eq($$ select c -> 'row' ->> 'event_id' from json_array_elements(public.learner_changes() -> 'changes') c
  where c ->> 'kind' = 'attempt' $$,
  'select tests.ulid(11)', 'I9: a caller pulls only their own changes, whatever their role');
select is(json_array_length(public.learner_changes(page_rows => 1) -> 'changes'), 1, 'I8: a pull has as many changes as requested');
select is(public.learner_changes(public.learner_changes() ->> 'cursor')::jsonb -> 'changes', '[]', 'I8: a pull has only the changes after the cursor');
select is(public.learner_changes('x')::jsonb - 'steering', '{"reset": "cursor_invalid"}', 'I11: an invalid cursor is answered with a reset');

select * from finish();
rollback;
