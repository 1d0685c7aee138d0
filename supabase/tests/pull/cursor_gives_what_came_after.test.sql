begin;
select plan(5);

select tests.a_release();
create function pg_temp.pull() returns text[]
language plpgsql
as $$
declare
  v_page jsonb := private.learner_changes(tests.learner(), nullif(current_setting('tests.cursor', true), ''), 500);
begin
  perform set_config('tests.cursor', v_page ->> 'cursor', true);
  return array(select c ->> 'kind' || coalesce(' ' || (c -> 'row' ->> 'mastery'), '') from jsonb_array_elements(v_page -> 'changes') c);
end
$$;

select tests.send(tests.attempt(10, 1));
select is(pg_temp.pull(), array['attempt', 'skill_progress 0', 'practice'], 'I8: the first pull has all rows');
select is(pg_temp.pull(), '{}', 'I8: a second pull without changes is empty');
select tests.send(tests.progress(11, 1, 30));
select tests.send(tests.progress(12, 1, 50));
select is(pg_temp.pull(), array['skill_progress 50'], 'I8: a row that changed twice comes once, in its newest state');
select tests.send(tests.attempt(10, 1), tests.progress(11, 1, 30));
select is(pg_temp.pull(), '{}', 'I4: duplicates do not change any row');
select tests.send(tests.attempt(9, 3));
select is(pg_temp.pull(), array['attempt', 'skill_progress 0'], 'I8: an old event that arrives late comes with the next pull');

select * from finish();
rollback;
