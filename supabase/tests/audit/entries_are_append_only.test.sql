begin;
select plan(8);

select private.audit('test', 'content.domain', 'kept');

select throws_ok(statement, 'CR002', null, 'I10: the audit log is append-only, refused: ' || statement)
from unnest(array['update ops.audit set action = $$other$$', 'delete from ops.audit', 'truncate ops.audit']) statement;
select tests.authenticate(tests.learner(), 'admin');
select throws_ok('select from ops.audit', '42501', null, 'I9: admins cannot read the audit log through the API');
select throws_ok('delete from ops.audit', '42501', null, 'I10: admins cannot delete audit entries');
select tests.authenticate_service();
select throws_ok('delete from ops.audit', '42501', null, 'I10: the service role cannot delete audit entries');
select tests.reset_role();
select is((select action from ops.audit where object_id = 'kept'), 'test', 'I10: a refused change leaves the audit entry as it was');
select throws_ok($$ insert into ops.audit (id, actor_role, action, object) values (1, 'x', 'x', 'x') $$, '428C9', null,
  'I10: callers cannot choose the id of an audit entry');

select * from finish();
rollback;
