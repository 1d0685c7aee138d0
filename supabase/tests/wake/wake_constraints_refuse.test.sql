begin;
select plan(3);

insert into ops.wake (token_sha256, slug) values (sha256('a'), 'bundle');
select is(tests.violated($$ insert into ops.wake (token_sha256, slug) values (sha256('a'), 'webhooks') $$), 'wake_pkey', 'S2: a wake token is unique');
select is(tests.violated($$ insert into ops.wake (token_sha256, slug) values ('a', 'bundle') $$), 'wake_token_is_a_hash', 'S2: a wake token is kept as a SHA-256');
select is(tests.violated($$ insert into ops.wake (token_sha256, slug) values (sha256('b'), 'sync') $$), 'wake_slug_is_a_worker', 'S2: only workers are woken');

select * from finish();
rollback;
