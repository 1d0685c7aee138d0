begin;
select plan(8);

create temporary view now_on as select split_part(detail, ' ', 1) as slug, split_part(detail, ' ', 5)::integer as wakes from public.alarms() where name = 'worker_silent';
create function pg_temp.woken(p_slug text, p_ago interval, p_taken boolean default false) returns void language sql
as $$
  insert into ops.wake (token_sha256, slug, sent_at, taken_at)
  values (sha256(gen_random_uuid()::text::bytea), p_slug, now() - p_ago, case when p_taken then now() - p_ago end)
$$;

select ops.check_workers();
select is_empty('select from ops.wake', 'O4: a project without an address of its functions wakes no worker');
select tests.configure_signals();
select ops.check_workers();
select set_eq('select slug from ops.wake', array['bundle', 'webhooks'], 'O4: the job check_workers wakes both workers');
select pg_temp.woken('bundle', '50 minutes', true);
select pg_temp.woken('bundle', '21 minutes');
select is_empty('table now_on', 'O4: a single lost wake-up is no alarm');
select pg_temp.woken('bundle', '11 minutes');
select results_eq('table now_on', $$ values ('bundle', 2) $$, 'O4: a worker that did not take its last two wake tokens raises worker_silent');
select pg_temp.woken('bundle', '1 minute', true);
select is_empty('table now_on', 'O4: worker_silent ends with the next answer');
select pg_temp.woken('webhooks', '8 minutes');
select pg_temp.woken('webhooks', '7 minutes');
select is_empty('table now_on', 'O4: wake-ups of the last quarter of an hour are no alarm yet');

select pg_temp.woken('bundle', '25 hours');
select ops.check_workers();
select is_empty($$ select from ops.wake where sent_at < now() - interval '1 day' $$, 'O4: wake-ups are deleted after a day');
select ok(exists (select from ops.wake where sent_at < now() - interval '40 minutes'), 'O4: wake-ups of the last day are kept');

select * from finish();
rollback;
