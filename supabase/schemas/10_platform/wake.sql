-- What:  the wake tokens with which the database calls its workers, and the check that workers answer.
-- Why:   every role can read the queue of pg_net, and hosted does not allow to revoke that. A token found there is good for
--        one run of one worker within ten minutes, and for nothing else.
create table ops.wake (
  token_sha256 bytea not null,
  slug         text not null,
  sent_at      timestamptz not null default clock_timestamp(),
  taken_at     timestamptz,
  constraint wake_pkey primary key (token_sha256),
  constraint wake_token_is_a_hash check (octet_length(token_sha256) = 32),
  constraint wake_slug_is_a_worker check (slug in ('bundle', 'webhooks'))
);
comment on table ops.wake is 'The wake-ups of the last day. Only the token''s hash is kept. taken_at: when the worker used the token.';
alter table ops.wake enable row level security;
create policy wake_all_nobody on ops.wake for all to anon, authenticated using (false);

create function private.new_wake(p_slug text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- 244 random bits.
  v_token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  insert into ops.wake (token_sha256, slug) values (sha256(convert_to(v_token, 'UTF8')), p_slug);
  return v_token;
end
$$;
comment on function private.new_wake(text) is 'Makes a wake token for one run of a worker.';

create function private.take_wake(p_slug text, p_token text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update ops.wake w set taken_at = clock_timestamp()
  where w.token_sha256 = sha256(convert_to(p_token, 'UTF8')) and w.slug = p_slug and w.taken_at is null
    and w.sent_at > clock_timestamp() - interval '10 minutes';
  return found;
end
$$;
comment on function private.take_wake(text, text) is 'Uses up a wake token. False: it is unknown, used, too old, or another worker''s.';

create function private.silent_workers()
returns table (slug text, since timestamptz, wakes bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- A single wake-up may be lost, so two are needed. A later one that was taken ends the silence.
  select w.slug, min(w.sent_at), count(*)
  from ops.wake w
  where w.taken_at is null and w.sent_at < now() - interval '2 minutes'
    and not exists (select from ops.wake t where t.slug = w.slug and t.taken_at is not null and t.sent_at >= w.sent_at)
  group by w.slug
  having count(*) >= 2 and min(w.sent_at) < now() - interval '15 minutes'
$$;
comment on function private.silent_workers() is
  'The workers that have not used their last wake tokens: they are not deployed, not reachable, or cannot connect to the database.';
grant execute on function private.take_wake(text, text) to carrel_edge;
