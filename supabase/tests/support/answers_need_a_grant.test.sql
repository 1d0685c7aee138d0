begin;
select plan(22);

select tests.a_release();
select tests.send(tests.attempt(10, 1, '{"answer": {"choice": 1, "text": "SECRET"}, "note": "SECRET"}'), tests.attempt(11, 1, '{"answer": {"choice": 0, "text": "SECRET"}, "duration_ms": -1}'),
  'no JSON but SECRET', tests.attempt(12, 1, '{}', '{"type": {"answer": "SECRET"}}'));
select public.mend_quarantined(tests.learner(), tests.quarantine_id('no JSON but SECRET'), '{"body": {"answer": "SECRET"}}', 'to see the action');
update learner.attempt set answer = '{"choice": 0, "text": "SECRET"}' where user_id = tests.learner();
select ops.check_projections();

create temporary table look (name text, call text) on commit drop;
grant select on look to public;
insert into look values
  ('support_timeline', $$ public.support_timeline(tests.learner(), 'test', with_answers => %L) x $$),
  ('support_quarantine', $$ public.support_quarantine(tests.learner(), 'test', with_answers => %L) x $$),
  ('support_event of a stored event', $$ public.support_event(tests.ulid(10), 'test', with_answers => %L) x $$),
  ('support_event of a quarantined event', $$ public.support_event(tests.ulid(11), 'test', with_answers => %L) x $$),
  ('support_event of an event with an object as its type', $$ public.support_event(tests.ulid(12), 'test', with_answers => %L) x $$),
  ('projection_differences', $$ public.projection_differences('test', with_answers => %L) x $$);
create function pg_temp.shown(p_call text, p_answers boolean) returns text language plpgsql as $$
declare v_text text;
begin
  execute 'select string_agg(to_jsonb(x)::text, E''\n'') from ' || format(p_call, p_answers) into v_text;
  return v_text;
end $$;
grant execute on function pg_temp.shown(text, boolean) to public;

select tests.authenticate(tests.learner(3), 'support');
select unalike(pg_temp.shown(call, false), '%SECRET%', format('O5: %s shows no content of answers by default', name)) from look;
select is(tests.raised(format('select pg_temp.shown(%L, true)', call)), 'CR001', format('O5: %s with answers is refused without a grant', name)) from look;
select is((select detail #>> '{body,answer}' from public.support_timeline(tests.learner(), 'test') where kind = 'event'), 'hidden', 'O5: the timeline says that an answer was given');
select is((select summary ^@ 'attempt.recorded, right' from public.support_timeline(tests.learner(), 'test') where kind = 'event'), true, 'O5: the timeline shows the verdict on an answer');
select tests.reset_role();
select tests.a_grant(3);
select tests.authenticate(tests.learner(3), 'support');
select alike(pg_temp.shown(call, true), '%SECRET%', format('O5: %s with answers shows them to staff with a grant', name)) from look;
select tests.reset_role();
update ops.support_grant set granted_at = now() - interval '2 days', expires_at = now() - interval '1 second';
select tests.authenticate(tests.learner(3), 'support');
select is(tests.raised($$ select public.support_timeline(tests.learner(), 'test', with_answers => true) $$), 'CR001', 'O5: an expired grant shows no answers');
select tests.reset_role();
select isnt_empty($$ select from ops.audit where action = 'support_timeline' and (after -> 'answers')::boolean $$, 'O2: the record of a look says whether answers were shown');

select * from finish();
rollback;
