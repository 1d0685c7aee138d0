begin;
select plan(3);

select is(tests.violated($$ update ops.history set kept_id = 'x' $$), 'history_kept_is_whole', 'I11: a kept history names its fingerprint');
select is(tests.violated($$ update ops.history set upgrade_until = now() $$), 'history_upgrade_keeps_an_id', 'I11: an expected upgrade has a history to keep');
select is(tests.violated($$ insert into ops.history_anchor select * from ops.history_anchor limit 1 $$), 'history_anchor_pkey', 'I11: a table is one anchor');

select * from finish();
rollback;
