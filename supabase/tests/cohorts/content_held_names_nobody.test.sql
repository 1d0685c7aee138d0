begin;
select plan(6);

select tests.a_cohort();
select tests.set_app_role(tests.learner(21), 'instructor');
delete from learner.device;
insert into learner.state (user_id) select tests.learner(n) from generate_series(41, 48) n on conflict do nothing;
insert into learner.device (user_id, device_id, content_version, first_seen_at, last_seen_at)
select tests.learner(n), gen_random_uuid(), case when n < 47 then 1 else 7 end, now() - interval '30 days', now() - case when n = 48 then interval '29 days' else interval '1 hour' end
from generate_series(41, 48) n;
create function pg_temp.seen(p_role text, p_user uuid) returns setof text language sql as $$
  select tests.seen_by(p_user, p_role, 'select version, devices, learners from public.content_held() where version in (1, 7)') $$;

select results_eq($$ select pg_temp.seen('admin', tests.learner(24)) $$, $$ values ('(7,1,1)'), ('(1,6,6)') $$,
  'O3: an admin sees how many devices have which version, newest first, without devices that were not seen for 28 days');
select results_eq($$ select pg_temp.seen('instructor', tests.learner(21)) $$, $$ values ('(7,0,0)'), ('(1,5,5)') $$,
  'O3: an instructor sees the devices of a version rounded down to a multiple of five');
select is(tests.raised($$ select pg_temp.seen('support', tests.learner(23)) $$), 'CR001', 'I9: support can''t read which versions learners have');
select tests.reset_role();
select is(tests.raised($$ select pg_temp.seen(null, tests.learner(41)) $$), 'CR001', 'I9: a learner can''t read which versions others have');
select tests.reset_role();
update learner.device set revoked_at = now() where content_version = 7;
select results_eq($$ select pg_temp.seen('admin', tests.learner(24)) $$, $$ values ('(1,6,6)') $$, 'O3: a revoked device has no version');
update ops.cohort_setting set least_learners = 2;
select results_eq($$ select pg_temp.seen('instructor', tests.learner(21)) $$, $$ values ('(1,6,6)') $$, 'O3: the least number of learners is a setting');

select * from finish();
rollback;
