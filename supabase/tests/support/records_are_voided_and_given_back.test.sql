begin;
select plan(12);

select tests.a_release();
select tests.send(tests.event(9, 'session.started', jsonb_build_object('session_id', tests.ulid(900), 'content_version', 1)), tests.attempt(10, 1));
create temporary table record on commit drop as select * from (values
  ('session', tests.ulid(900)), ('attempt', tests.ulid(10)), ('skill_progress', tests.skill(1)::text)) r (kind, id);
grant select on record to authenticated;
create temporary table pull on commit drop as select private.learner_changes(tests.learner(), null, 500) ->> 'cursor' as cursor;

select tests.authenticate(tests.learner(3), 'support');
select is(public.support_void(tests.learner(), kind, id, 'shared tablet'), jsonb_build_object('kind', kind, 'id', id, 'voided', true, 'changed', true), 'U6: support can void a record of the kind ' || kind)
from record;
select is(public.support_void(tests.learner(), 'attempt', tests.ulid(10), 'again') ->> 'changed', 'false', 'U6: voiding a record again changes nothing');
select tests.reset_role();
select bag_eq($$ select c ->> 'kind' as kind, c -> 'row' ->> 'voided' as voided from json_array_elements(private.learner_changes(tests.learner(), (select cursor from pull), 500) -> 'changes') c $$,
  $$ select kind, 'true' as voided from record $$, 'U6: devices pull voided records');
select tests.authenticate(tests.learner(3), 'support');
select lives_ok($$ select public.support_unvoid(tests.learner(), kind, id, 'it was hers') from record $$, 'U6: support can unvoid records');
select tests.reset_role();
select bag_eq($$ select c ->> 'kind' as kind, c -> 'row' ->> 'voided' as voided from json_array_elements(private.learner_changes(tests.learner(), (select cursor from pull), 500) -> 'changes') c $$,
  $$ select kind, 'false' as voided from record $$, 'U6: devices pull unvoided records');
select bag_eq($$ select action, after ->> 'kind' as kind, after ->> 'reason' as reason, after ->> 'changed' as changed from ops.audit where object_id = tests.learner()::text and action in ('support_void', 'support_unvoid') $$,
  $$ select 'support_void' as action, kind, 'shared tablet' as reason, 'true' as changed from record union all select 'support_unvoid', kind, 'it was hers', 'true' from record
     union all values ('support_void', 'attempt', 'again', 'false') $$, 'I10: voiding and unvoiding are recorded');

select is(tests.raised(format('select public.support_void(tests.learner(), %L, %L, %L)', kind, id, reason)), refusal, 'U6: voiding is refused with ' || refusal)
from (values ('event', tests.ulid(10), 'r', 'CR071 kind'), ('attempt', tests.skill(1)::text, 'r', 'CR071 id'), ('skill_progress', tests.ulid(10), 'r', 'CR071 id'),
  ('attempt', tests.ulid(77), 'r', 'CR070 ' || tests.ulid(77))) r (kind, id, reason, refusal);

select * from finish();
rollback;
