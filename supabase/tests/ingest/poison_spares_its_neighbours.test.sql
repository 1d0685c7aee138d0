begin;
select plan(24);

select tests.a_release();
create temporary table poison (text text, code text) on commit drop;
insert into poison values
  (replace(tests.attempt(1, 1, '{"x": "@"}'), '@', '\u0000'), 'invalid_json'),
  (replace(tests.attempt(2, 1, '{"x": "@"}'), '@', '\ud800'), 'invalid_json'),
  (replace(tests.attempt(3, 1, '{"x": "@"}'), '"@"', '1e200000'), 'invalid_json'),
  (tests.attempt(4, 1, jsonb_build_object('x', repeat('x', 17 * 1024))), 'too_large'),
  ('not json', 'invalid_json'),
  ('{"id":', 'invalid_json'),
  ('null', 'invalid_event'),
  ('[]', 'invalid_event'),
  ('"text"', 'invalid_event'),
  ('1e5', 'invalid_event'),
  ('{}', 'invalid_event id'),
  (tests.attempt(5, 1, '{}', '{"version": "one"}'), 'invalid_event version'),
  (tests.attempt(6, 1, '{}', '{"version": 1e30}'), 'invalid_event version'),
  (tests.attempt(7, 1, '{}', '{"version": null}'), 'invalid_event version'),
  (tests.attempt(8, 1, '{}', '{"utc_offset_minutes": "sixty"}'), 'invalid_event utc_offset_minutes'),
  (tests.attempt(9, 1, '{"content_version": 1e20}'), 'invalid_event body.content_version'),
  (tests.attempt(10, 1, '{"reset": {"count": "x", "event": 7}}'), 'invalid_event body.reset'),
  (tests.attempt(11, 1, '{"answer": null}'), 'invalid_event body.answer'),
  (repeat('[', 16384), 'invalid_json'),
  (replace(tests.attempt(12, 1, '{"answer": {"x": "@"}}'), '"@"', repeat('[', 498) || repeat(']', 498)), 'invalid_json'),
  (repeat('[', 400000), 'too_large'),
  ('!base64:/w==', 'invalid_json');

-- A function, so that a line that fails its batch fails only its own test.
create function pg_temp.beside_good_ones(p_poison text, p_from integer) returns text
language plpgsql
as $$
declare
  v_good text[] := array(select tests.attempt(p_from + n, 1) from generate_series(1, 499) n);
  v_results text[];
begin
  v_results := tests.send(variadic v_good[1:250] || p_poison || v_good[251:499]);
  if array_remove(v_results[1:250] || v_results[252:500], 'applied') <> '{}' then
    return 'its neighbours were not applied';
  end if;
  return v_results[251];
exception
  when others then
    return 'the batch failed: ' || sqlstate;
end
$$;

select is(pg_temp.beside_good_ones(text, 1000 * place::integer), 'quarantined ' || code,
  'I7: 499 events are applied beside ' || left(regexp_replace(text, '.*"body": ', ''), 60))
from (select row_number() over () as place, * from poison) p;
select is((select attempts from learner.skill_progress where user_id = tests.learner()), (select count(*) * 499 from poison)::integer,
  'I7: the events beside broken lines count in progress');
select set_eq('select sha256(convert_to(body, $$UTF8$$)) from ops.quarantine
  where user_id = tests.learner()', 'select sha256(convert_to(text, $$UTF8$$)) from poison',
  'I7: broken lines are quarantined exactly as they came');

select * from finish();
rollback;
