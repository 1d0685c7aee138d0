begin;
select plan(16);

select private.audit('look', 'learner.state', tests.learner(n)::text, '{"a": 1}') from generate_series(1, 2) n;
select ops.seal_audit();
create temporary table refused (statement text) on commit drop;
insert into refused values
  ('delete from ops.audit_leaf'),
  ('truncate ops.audit_leaf'),
  ('update ops.audit_leaf set hash = sha256('''') where leaf = 0'),
  ('update ops.audit_leaf set leaf = leaf + 1000'),
  ('update ops.audit_leaf set source_salt = null where leaf = 0'),
  ('update ops.audit_leaf set contents_salt = null where contents_salt is not null'),
  ('update ops.audit_leaf set contents_salt = ''\x00'' where contents_salt is not null'),
  ('delete from ops.audit_checkpoint'),
  ('truncate ops.audit_checkpoint'),
  ('update ops.audit_checkpoint set root = sha256('''')'),
  ('delete from private.audit_mark'),
  ('truncate private.audit_mark');
select is(tests.raised(statement), 'CR002', 'O1: the audit log is append-only, refused: ' || statement) from refused;

select ops.erase_learner(tests.learner(1));
select ops.run_erasures();
create view pg_temp.looks as
select a.object_id::uuid as learner, a.before is null as is_erased, l.contents_salt is null as has_no_salt, l.contents_hash is not null as has_hash
from ops.audit a join ops.audit_leaf l on l.audit = a.id where a.action = 'look';
select results_eq('select * from pg_temp.looks order by learner', $$ values (tests.learner(1), true, true, true), (tests.learner(2), false, false, true) $$,
  'O5, O1: an erasure removes a record''s text and salt, and keeps its hash');
select is(tests.raised('update ops.audit_leaf set hash = sha256('''') where contents_salt is null'), 'CR002', 'O1: the hash of an erased record cannot be changed');
select tests.authenticate(tests.learner(2), 'support');
select throws_ok('select ops.seal_audit()', '42501', null, 'O1: support agents may not seal the audit log');
select throws_ok('select from ops.audit_export', '42501', null, 'O1: support agents may not read the audit log as a whole');
select tests.reset_role();

select * from finish();
rollback;
