-- What:  outgoing webhooks: endpoints, the outbox of messages, one delivery per message and endpoint, every attempt.
-- Why:   a CDN or a push service learns of every release, even after a long outage (S2). A store beside the backups learns of every erasure (O5).
create function private.is_webhook_url(p_url text, p_local boolean)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- No user and password, because lists and logs would show them. No backslash, because parsers disagree about it. No fragment.
  select length(p_url) <= 2000
    and (p_url ~ '^https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[^\s#\\]*)?$'
      or p_url ~ '^https://\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?(/[^\s#\\]*)?$'
      or (p_local and p_url ~ '^http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?(/[^\s#\\]*)?$'))
$$;
comment on function private.is_webhook_url(text, boolean) is
  'https only; with p_local also http to the loopback. The dispatcher checks whether the host is public.';

create function private.webhook_types()
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select array['release.published', 'release.rolled_back', 'learner.erased', 'audit.sealed'] $$;
comment on function private.webhook_types() is 'The types of messages that an endpoint can ask for.';

create table ops.webhook_endpoint (
  id                  uuid not null default gen_random_uuid(),
  url                 text not null,
  description         text,
  events              text[] not null default array['release.published', 'release.rolled_back'],
  enabled             boolean not null default true,
  local               boolean not null default false,
  max_attempts        smallint not null default 12,
  secret_id           uuid not null,
  previous_secret_id  uuid,
  previous_ends_at    timestamptz,
  created_at          timestamptz not null default now(),
  constraint webhook_endpoint_pkey primary key (id),
  constraint webhook_endpoint_url_allowed check (private.is_webhook_url(url, local)),
  constraint webhook_endpoint_description_short check (length(description) <= 300),
  constraint webhook_endpoint_events_known check (
    cardinality(events) > 0 and events <@ private.webhook_types()),
  constraint webhook_endpoint_max_attempts_in_range check (max_attempts between 1 and 50),
  -- Two columns instead of a list, because at most two secrets sign.
  constraint webhook_endpoint_previous_has_an_end check ((previous_secret_id is null) = (previous_ends_at is null)),
  constraint webhook_endpoint_secrets_differ check (previous_secret_id <> secret_id)
);
comment on table ops.webhook_endpoint is 'The receivers of webhooks. Secrets are in Vault; the rows have their ids.';
comment on column ops.webhook_endpoint.local is
  'For tests on one machine: allows http to the loopback, if the dispatcher''s environment allows it too.';
comment on column ops.webhook_endpoint.previous_secret_id is
  'The previous signing secret. It stays active during a rotation, until previous_ends_at.';

create table ops.webhook_message (
  id         text not null,
  type       text not null,
  version    integer,
  body       text not null,
  created_at timestamptz not null,
  constraint webhook_message_pkey primary key (id),
  constraint webhook_message_id_form check (id ~ '^msg_[0-9a-f]{32}$'),
  constraint webhook_message_type_known check (type = any (private.webhook_types())),
  constraint webhook_message_version_iff_release check ((version is not null) = (type like 'release.%')),
  constraint webhook_message_body_is_json check (pg_input_is_valid(body, 'jsonb'))
);
-- No foreign key to content.release: releases are never deleted, and publishing need not lock one a second time.
create index webhook_message_created_at_idx on ops.webhook_message (created_at);
comment on table ops.webhook_message is 'The outbox, written by the transaction that publishes or erases. body is the exact text that is signed and posted.';

create table ops.webhook_delivery (
  message_id      text not null,
  endpoint_id     uuid not null,
  state           text not null default 'pending',
  attempts        integer not null default 0,
  attempts_before integer not null default 0,
  next_attempt_at timestamptz,
  claimed_until   timestamptz,
  settled_at      timestamptz,
  last_outcome    text,
  last_status     integer,
  constraint webhook_delivery_pkey primary key (message_id, endpoint_id),
  constraint webhook_delivery_message_exists foreign key (message_id) references ops.webhook_message (id) on delete cascade,
  constraint webhook_delivery_endpoint_exists foreign key (endpoint_id) references ops.webhook_endpoint (id),
  constraint webhook_delivery_state_known check (state in ('pending', 'delivered', 'dead')),
  constraint webhook_delivery_pending_has_a_time check ((state = 'pending') = (next_attempt_at is not null)),
  constraint webhook_delivery_pending_is_unsettled check ((state = 'pending') = (settled_at is null)),
  constraint webhook_delivery_claimed_while_pending check (claimed_until is null or state = 'pending'),
  constraint webhook_delivery_attempts_positive check (attempts >= 0 and attempts_before between 0 and attempts)
);
-- For the dispatcher. Settled rows, which become many, are not in the index.
create index webhook_delivery_next_attempt_at_pending_idx on ops.webhook_delivery (next_attempt_at) where state = 'pending';
create index webhook_delivery_endpoint_id_idx on ops.webhook_delivery (endpoint_id);
comment on table ops.webhook_delivery is 'One message to one endpoint. dead: no further attempt is made until retry_webhook().';
comment on column ops.webhook_delivery.attempts_before is 'Attempts before the last manual retry, which do not count towards max_attempts.';
comment on column ops.webhook_delivery.attempts is 'The number of claims. The newest number is the token that fences off older claims.';
comment on column ops.webhook_delivery.claimed_until is 'The end of the dispatcher''s lease. Afterwards another dispatcher may claim the delivery.';

create table ops.webhook_attempt (
  message_id  text not null,
  endpoint_id uuid not null,
  attempt     integer not null,
  at          timestamptz not null default clock_timestamp(),
  outcome     text not null,
  status      integer,
  answer      text,
  duration_ms integer,
  constraint webhook_attempt_pkey primary key (message_id, endpoint_id, attempt),
  constraint webhook_attempt_delivery_exists foreign key (message_id, endpoint_id)
    references ops.webhook_delivery (message_id, endpoint_id) on delete cascade,
  constraint webhook_attempt_outcome_known check (
    outcome in ('delivered', 'status', 'redirect', 'gone', 'timeout', 'unreachable', 'refused_target', 'unsigned', 'abandoned')),
  constraint webhook_attempt_answer_short check (length(answer) <= 300),
  constraint webhook_attempt_status_in_range check (status between 100 and 599)
);
comment on table ops.webhook_attempt is 'The delivery log: the result of each attempt.';
comment on column ops.webhook_attempt.outcome is
  'abandoned: the dispatcher ended before it reported. The receiver may have got the message.';
comment on column ops.webhook_attempt.answer is 'The beginning of the receiver''s answer, without control characters.';

alter table ops.webhook_endpoint enable row level security;
alter table ops.webhook_message enable row level security;
alter table ops.webhook_delivery enable row level security;
alter table ops.webhook_attempt enable row level security;
create policy webhook_endpoint_all_nobody on ops.webhook_endpoint for all to anon, authenticated using (false);
create policy webhook_message_all_nobody on ops.webhook_message for all to anon, authenticated using (false);
create policy webhook_delivery_all_nobody on ops.webhook_delivery for all to anon, authenticated using (false);
create policy webhook_attempt_all_nobody on ops.webhook_attempt for all to anon, authenticated using (false);

create trigger webhook_endpoint_audit_insert after insert on ops.webhook_endpoint referencing new table as new_rows
  for each statement execute function private.audit_change();
create trigger webhook_endpoint_audit_update after update on ops.webhook_endpoint
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger webhook_endpoint_audit_delete after delete on ops.webhook_endpoint referencing old table as old_rows
  for each statement execute function private.audit_change();
create trigger webhook_endpoint_no_truncate before truncate on ops.webhook_endpoint
  for each statement execute function private.forbid_change();
