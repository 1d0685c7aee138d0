begin;
select plan(7);

create function pg_temp.needs(variadic p_roles text[]) returns text
language plpgsql
as $$
begin
  perform private.require_role(variadic p_roles);
  return 'passes';
exception
  when others then return sqlstate;
end
$$;

select tests.become('none', tests.token_of(tests.learner(1), 'admin'));
select is(pg_temp.needs('admin'), 'passes', 'I9: an admin with a session passes');
select tests.set_app_role(tests.learner(1), 'support');
select is(pg_temp.needs('admin'), 'CR001', 'I9: a role that the account has lost is refused, while the token still names it');
select is(pg_temp.needs('support'), 'CR001', 'I9: a role that the token does not name yet is refused until the next token');
select is(pg_temp.needs('support', 'admin'), 'passes', 'I9: a call that both roles may make passes');
update auth.users set banned_until = now() - interval '1 second', raw_app_meta_data = '{"role": "admin"}' where id = tests.learner(1);
select is(pg_temp.needs('admin'), 'passes', 'I9: a ban that is over refuses nothing');

select tests.become('none', '{"role": "service_role"}');
select is(pg_temp.needs('admin'), 'passes', 'I9: a secret key has no user and passes');
select tests.reset_role();
select is(pg_temp.needs('admin'), 'passes', 'I9: a SQL console has no user and passes');

select * from finish();
rollback;
