begin;
select plan(10);

select private.audit('look', 'learner.state', tests.learner(n)::text, '{"a": 1}', '{"b": 2}') from generate_series(1, 2) n;
select tests.authenticate(tests.learner(1));
set local role postgres;
select private.audit('revoke_device', 'learner.state', tests.learner(1)::text);
select tests.reset_role();
insert into ops.erasure (user_id, reason) values (tests.learner(1), 'requested');
create temporary table refused (statement text) on commit drop;
insert into refused values
  ('update ops.audit set before = null, after = null where object_id = tests.learner(2)::text'),
  ('update ops.audit set before = ''{}'', after = null where object_id = tests.learner(1)::text'),
  ('update ops.audit set before = null where object_id = tests.learner(1)::text'),
  ('update ops.audit set before = null, after = null, actor_role = ''nobody'' where object_id = tests.learner(1)::text'),
  ('update ops.audit set before = null, after = null, object_id = tests.learner(2)::text where object_id = tests.learner(1)::text'),
  ('update ops.audit set before = null, after = null, source = null where object_id = tests.learner(1)::text'),
  ('update ops.audit set before = null, after = null, source = ''elsewhere'' where object_id = tests.learner(1)::text and actor is not null');
select is(tests.raised(statement), 'CR002', 'O1: an audit entry may only be redacted for its erased learner, refused: ' || statement) from refused;
select lives_ok('update ops.audit set before = null, after = null where object_id = tests.learner(1)::text', 'O5: the values about an erased learner may be removed from the audit log');
select lives_ok('update ops.audit set source = null where actor = tests.learner(1)', 'O5: the addresses of an erased learner may be removed from the audit log');
select is((select count(*) from ops.audit where action = 'look' and before is null), 1::bigint, 'O1: only entries of the erased learner are redacted');

select * from finish();
rollback;
