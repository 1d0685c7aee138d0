begin;
select plan(6);

select results_eq(
  $$ select extract(epoch from private.webhook_backoff(n, 0))::integer from generate_series(1, 10) n $$,
  $$ values (5), (20), (80), (320), (1280), (5120), (20480), (81920), (86400), (86400) $$,
  'S2: each failure waits four times as long as the one before, up to a day');
select is(private.webhook_backoff(1000000, 0), interval '86400 s', 'S2: the wait is one day after any number of failures');
select is_empty(
  $$ select n, j from generate_series(1, 30) n, generate_series(0.0, 1.0, 0.1) j
     where private.webhook_backoff(n, j) not between private.webhook_backoff(n, 0) / 2 and private.webhook_backoff(n, 0) $$,
  'S2: jitter shortens the wait by at most half');
select is_empty(
  $$ select n, j from generate_series(1, 30) n, generate_series(0.0, 1.0, 0.1) j
     where private.webhook_backoff(n + 1, j) < private.webhook_backoff(n, j) $$,
  'S2: a later failure never waits less with the same jitter');
select is(private.webhook_backoff(3, 7), private.webhook_backoff(3, 1), 'S2: a jitter above 1 counts as 1');
select is(private.webhook_backoff(3, -7), private.webhook_backoff(3, 0), 'S2: a jitter below 0 counts as 0');

select * from finish();
rollback;
