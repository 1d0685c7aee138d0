begin;
select plan(8);

select private.audit('test', 'content.domain', 'kept');

select throws_ok(statement, 'CR002', null, 'I10: refused: ' || statement)
from unnest(array['update ops.audit set action = $$other$$', 'delete from ops.audit', 'truncate ops.audit']) statement;
select tests.authenticate(tests.learner(), 'admin');
select throws_ok('select from ops.audit', '42501', null, 'I9: admins don''t read the trail through the API');
select throws_ok('delete from ops.audit', '42501', null, 'I10: let alone delete from it');
select tests.authenticate_service();
select throws_ok('delete from ops.audit', '42501', null, 'I10: nor does the service');
select tests.reset_role();
select is((select action from ops.audit where object_id = 'kept'), 'test', 'I10: the entry is as it was');
select throws_ok($$ insert into ops.audit (id, actor_role, action, object) values (1, 'x', 'x', 'x') $$, '428C9', null,
  'I10: nobody chooses its place');

select * from finish();
rollback;
