begin;
select plan(11);

select tests.configure_signals();
select private.wake_function('bundle');
select private.wake_function('webhooks');
create temporary table queued on commit drop as
  select id, split_part(url, '/', 6) as slug, headers ->> 'x-carrel-wake' as token, headers - 'x-carrel-wake' as headers, body from net.http_request_queue;
create temporary view bundle_token as select token from queued where slug = 'bundle';
create temporary view stored as select w.* from ops.wake w join bundle_token b on w.token_sha256 = sha256(convert_to(b.token, 'UTF8'));

select is((select count(distinct token) from queued where token ~ '^[0-9a-f]{64}$'), 2::bigint, 'S2: every wake-up has a random token of its own');
select is((select jsonb_agg(distinct headers) from queued), '[{"content-type": "application/json"}]', 'S2: a wake-up carries nothing else that opens anything');
select is_empty($$ select from ops.wake w, queued q where w::text like '%' || q.token || '%' $$, 'S2: the database keeps only the hash of a wake token');

select is(private.take_wake('webhooks', token), false, 'S2: a wake token does not wake another worker') from bundle_token;
select is(private.take_wake('bundle', repeat('0', 64)), false, 'S2: a made-up wake token wakes nobody');
select is(private.take_wake('bundle', null), false, 'S2: no wake token wakes nobody');
select is((select count(*) from stored where taken_at is null), 1::bigint, 'S2: refused calls do not use up a wake token');
select is(private.take_wake('bundle', token), true, 'S2: a wake token is good for one run of its worker') from bundle_token;
select is(private.take_wake('bundle', token), false, 'S2: a used wake token is refused') from bundle_token;

update ops.wake set taken_at = null, sent_at = clock_timestamp() - interval '11 minutes' where true;
select is(private.take_wake('bundle', token), false, 'S2: a wake token is refused after ten minutes') from bundle_token;
update ops.wake set sent_at = clock_timestamp() - interval '9 minutes' where true;
select is(private.take_wake('bundle', token), true, 'S2: a wake token that waited in the queue for nine minutes is good') from bundle_token;

select * from finish();
rollback;
