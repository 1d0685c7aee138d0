begin;
select plan(6);

select matches(private.history(), '^[0-9a-f]{16}$', 'I11: the history is 16 hex digits');
select is(private.history(), private.history(), 'I11: always the same');
select is(public.content_head() ->> 'history', private.history(), 'I11: devices get it with the head');
select is((select count(*) from ops.history), 1::bigint, 'I11: one row keeps it');
select is(tests.violated('insert into ops.history default values'), 'history_pkey', 'I11: there is no second');
select is(tests.violated('insert into ops.history (singleton) values (false)'), 'history_singleton', 'I11: of any kind');

select * from finish();
rollback;
