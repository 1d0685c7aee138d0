begin;
select plan(11);

-- Which callers pass require_role('instructor', 'admin').
create temporary table caller (name text, claims jsonb, passes boolean) on commit drop;
insert into caller values
  ('an instructor', tests.token_of(tests.learner(1), 'instructor'), true),
  ('an admin', tests.token_of(tests.learner(2), 'admin'), true),
  ('support', tests.token_of(tests.learner(3), 'support'), false),
  ('a learner', tests.token_of(tests.learner(4)), false),
  ('a token without app_metadata', '{"role": "authenticated"}', false),
  ('anon', '{"role": "anon"}', false),
  ('anon with a role in its token', '{"role": "anon", "app_metadata": {"role": "admin"}}', false),
  ('a token without a role', '{"app_metadata": {"role": "admin"}}', false),
  ('a role that is no text', '{"role": "authenticated", "app_metadata": {"role": ["admin"]}}', false),
  ('the service', '{"role": "service_role"}', true);

create function pg_temp.passes(p_claims jsonb) returns boolean
language plpgsql
as $$
begin
  perform tests.become('none', p_claims);
  perform private.require_role('instructor', 'admin');
  return true;
exception
  when sqlstate 'CR001' then
    return false;
end
$$;

select is(pg_temp.passes(claims), passes, format('I9: %s %s', name, case when passes then 'passes' else 'is refused' end)) from caller;
select tests.reset_role();
select lives_ok($$ select private.require_role('admin') $$, 'I9: a SQL console has no claims and passes require_role');

select * from finish();
rollback;
