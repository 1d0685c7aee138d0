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
select is(tests.raised(statement), 'CR002', 'O1: refused: ' || statement) from refused;
select lives_ok('update ops.audit set before = null, after = null where object_id = tests.learner(1)::text', 'O5: what an erased learner''s records show may go');
select lives_ok('update ops.audit set source = null where actor = tests.learner(1)', 'O5: and so may where they called from themselves');
select is((select count(*) from ops.audit where action = 'look' and before is null), 1::bigint, 'O1: of that learner alone');

select * from finish();
rollback;
