begin;
select plan(11);

select tests.a_release();
create temporary table line on commit drop as
  select n, text from unnest(array[
    tests.progress(10, 1, 60, jsonb_build_object('completed', array[tests.question(1)])), tests.attempt(11, 2),
    tests.reset(12, 1, 1, '{"base": {"mastery": 5}}'), tests.progress(13, 1, 20, tests.in_reset(1, 12)),
    tests.progress(14, 1, 10, jsonb_build_object('completed', array[tests.question(2)]) || tests.in_reset(1, 12)),
      tests.attempt(15, 1, tests.in_reset(1, 12))])
  with ordinality l (text, n);
-- Batches are separated by |, the events of one by spaces.
create function pg_temp.after(p_learner bigint, p_arrival text) returns text
language plpgsql
as $$
declare
  v_batch text;
begin
  foreach v_batch in array string_to_array(p_arrival, '|') loop
    perform tests.send_for(p_learner::integer, variadic array(
      select l.text from unnest(string_to_array(v_batch, ' ')::bigint[]) with ordinality o (n, place) join line l using (n) order by o.place));
  end loop;
  return (select (reset_count, reset_event, mastery, completed, attempts, correct)::text from learner.skill_progress
    where user_id = tests.learner(p_learner::integer));
end
$$;

select is(pg_temp.after(10 + place, arrival), (1, tests.event_id(12), 20::smallint, array[tests.question(2)], 1, 1)::text,
  'I5: progress is the same after ' || arrival)
from unnest(array[
  '1 2 3 4 5 6', '1|2|3|4|5|6', '6|5|4|3|2|1', '6 5 4 3 2 1', '1 2 3|4 5 6', '4 5 6|1 2 3', '3 6|2 1|5|4', '5|1|3|2|6|4',
  '1 1 2 2 3 3 4 4 5 5 6 6', '1 2 3 4 5 6|1 2 3 4 5 6', '6|6 5|6 5 4|6 5 4 3|6 5 4 3 2|6 5 4 3 2 1']) with ordinality o (arrival, place);

select * from finish();
rollback;
