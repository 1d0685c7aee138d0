begin;
select plan(15);

select tests.set_app_role(tests.learner(3), 'support') from tests.session_of(tests.learner(3));
select tests.session_of(tests.learner(4));
create temporary table denied (role text) on commit drop;
insert into denied values (null), ('instructor'), ('support');
grant select on denied to public;
create function pg_temp.answer_as(p_role text, p_call text) returns text language plpgsql as $$
declare v_answer text;
begin
  perform tests.authenticate(tests.learner(5), p_role);
  v_answer := tests.raised(p_call);
  perform tests.reset_role();
  return v_answer;
end $$;
select is(pg_temp.answer_as(role, format($$ select public.%s $$, call)), 'CR001', format('I9: the role %s cannot call %s', coalesce(role, 'learner'), call))
from denied, unnest(array['grant_support(tests.learner(3), ''test'')', 'end_support_grant(tests.learner(3), ''test'')', 'support_grants()']) call;

select tests.authenticate(tests.learner(9), 'admin');
select is(tests.raised($$ select public.grant_support(tests.learner(3), '') $$), 'CR071 reason', 'O2: a grant needs a reason');
select is(tests.raised($$ select public.grant_support(tests.learner(4), 'test') $$), 'CR071 staff', 'O2: an account without a role of staff gets no grant');
select is(tests.raised($$ select public.grant_support(tests.learner(9), 'test') $$), 'CR071 staff', 'O2: nobody gives a grant to themselves');
select is(tests.raised($$ select public.grant_support(tests.learner(3), 'test', 745) $$), 'CR071 hours', 'O2: a grant ends within 31 days');
select public.grant_support(tests.learner(3), 'ticket 7');
select results_eq('select staff_id, reason, expires_at - granted_at > interval ''7 hours'', granted_by from public.support_grants()',
  $$ values (tests.learner(3), 'ticket 7', true, tests.learner(9)) $$, 'O2: the grants in force are listed with their reason');
select public.end_support_grant(tests.learner(3), 'done');
select tests.reset_role();
select results_eq($$ select action, actor, after ->> 'staff_id', after ->> 'reason' from ops.audit where object = 'ops.support_grant' order by id $$,
  $$ values ('grant_support', tests.learner(9), tests.learner(3)::text, 'ticket 7'), ('end_support_grant', tests.learner(9), tests.learner(3)::text, 'done') $$,
  'O1: a grant and its end are recorded with who and why');

select * from finish();
rollback;
