begin;
select plan(6);

select matches(private.history(), '^[0-9a-f]{16}$', 'I11: the history has 16 hex digits');
select is(private.history(), private.history(), 'I11: the history stays the same');
select is(public.content_head() ->> 'history', private.history(), 'I11: the head has the history');
select is((select count(*) from ops.history), 1::bigint, 'I11: one row holds the history');
select is(tests.violated('insert into ops.history default values'), 'history_pkey', 'I11: a second row of history is refused');
select is(tests.violated('insert into ops.history (singleton) values (false)'), 'history_singleton', 'I11: a row of history with another key is refused');

select * from finish();
rollback;
