begin;
select plan(6);

select tests.a_release();
select tests.send(tests.event(10, 'session.started', jsonb_build_object('session_id',
  tests.ulid(900), 'content_version', 1)), tests.attempt(11, 1), tests.attempt(12, 3), tests.attempt(13, 5));
select tests.send(tests.attempt(14, 2), tests.event(15, 'session.ended', jsonb_build_object('session_id',
  tests.ulid(900), 'reason', 'completed')), tests.progress(16, 2, 10));
create function pg_temp.pulled_by(p_rows integer) returns setof text
language plpgsql
as $$
declare
  v_page jsonb;
begin
  loop
    v_page := private.learner_changes(tests.learner(), v_page ->> 'cursor', p_rows);
    return query select c::text from jsonb_array_elements(v_page -> 'changes') c;
    exit when not (v_page -> 'more')::boolean;
  end loop;
end
$$;

select is((select count(*) from pg_temp.pulled_by(500)), 9::bigint, 'I8: the test learner has nine rows');
select results_eq(format('select * from pg_temp.pulled_by(%s)', page_rows), 'select * from pg_temp.pulled_by(500)',
  format('I8: pages of %s rows give the same rows in the same order', page_rows))
from unnest(array[1, 2, 3, 8, 9]) page_rows;

select * from finish();
rollback;
