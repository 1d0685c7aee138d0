begin;
select plan(19);

select tests.a_release();
insert into learner.state (user_id) values (tests.learner());
create temporary table big (of text, refused text, call text) on commit drop;
grant select on big to public;
insert into big values
  ('content_delta', 'CR044 domains', 'select public.content_delta(domains => array_fill(tests.question(1), array[201]))'),
  ('media_urls', 'CR044 files', $$ select public.media_urls(array_fill('x'::text, array[501])) $$),
  ('ingest', 'CR026 524288', $$ select public.ingest((select json_agg(repeat('x', 1000)) from generate_series(1, 600))) $$),
  ('merge_progress', 'CR026 524288', $$ select public.merge_progress('01KB8Q9T3V0000000000000001', tests.question(1), '2026-11-30T08:00:00Z', tests.skill(1), 10, array_fill(tests.question(1), array[20000])) $$),
  ('merge_progress', 'CR026 524288', $$ select public.merge_progress('01KB8Q9T3V0000000000000001', tests.question(1), '2026-11-30T08:00:00Z', tests.skill(1), 10, '{}',
    json_build_object('count', repeat('1', 600000))) $$),
  ('support_reset_progress', 'CR071 completed', $$ select public.support_reset_progress(tests.learner(), tests.skill(1), 'A test', 10, array_fill(tests.question(1), array[20000])) $$),
  ('discard_quarantined', 'CR071 ids', $$ select public.discard_quarantined(tests.learner(), array_fill(repeat('a', 64), array[501]), 'A test') $$),
  ('restore_quarantined', 'CR071 ids', $$ select public.restore_quarantined(tests.learner(), array_fill(repeat('a', 64), array[501]), 'A test') $$),
  ('replay_quarantined', 'CR071 ids', $$ select public.replay_quarantined(tests.learner(), array_fill(repeat('a', 64), array[501])) $$),
  ('mend_quarantined', 'CR071 mended', $$ select public.mend_quarantined(tests.learner(), encode(sha256('a'), 'hex'), jsonb_build_object('a', repeat('x', 16384)), 'A test') $$),
  ('support_timeline', 'CR071 with_kinds', $$ select public.support_timeline(tests.learner(), 'A test', with_kinds => array_fill('event'::text, array[100])) $$),
  ('add_webhook_endpoint', 'CR062 events', $$ select public.add_webhook_endpoint('https://a.test', array_fill('release.published'::text, array[1000])) $$),
  ('set_steering', 'CR044 settings', $$ select public.set_steering(jsonb_build_object('note', repeat('x', 10000)), 'A test') $$),
  ('add_cohort_members', 'CR044 learners', $$ select public.add_cohort_members(tests.domain(1), array_fill('x'::text, array[501])) $$),
  ('remove_cohort_members', 'CR044 learners', $$ select public.remove_cohort_members(tests.domain(1), array_fill('x'::text, array[501])) $$),
  ('add_cohort_staff', 'CR044 instructors', $$ select public.add_cohort_staff(tests.domain(1), array_fill('x'::text, array[501])) $$),
  ('remove_cohort_staff', 'CR044 instructors', $$ select public.remove_cohort_staff(tests.domain(1), array_fill('x'::text, array[501])) $$);

select tests.authenticate(tests.learner(), 'admin');
select is(tests.raised(call), refused, format('U8: a list that is too long for %s is refused with its name or its limit', of)) from big;
select tests.reset_role();
select set_eq('select of from big', $$
  select p.proname::text from pg_proc p
  where p.pronamespace = 'public'::regnamespace and exists (
    select from unnest(p.proargtypes) t (type) where t.type in ('json'::regtype, 'jsonb'::regtype)
      or (select typelem <> 0 and typlen = -1 from pg_type where oid = t.type)) and p.proname not like 'pgtap%'
    and exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') is false $$, 'U8: every function with a list has a case here');

select is(array(select private.list_rows(n) from unnest(array[null, 0, 1, 500, 501, 2147483647]) n), '{100,1,1,500,500,500}',
  'U8: a list for people has from 1 to 500 rows, and 100 by default');

select * from finish();
rollback;
