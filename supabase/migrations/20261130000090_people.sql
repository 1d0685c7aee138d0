-- Generated from supabase/schemas/90_people by `npm run generate`. Do not edit.
--
-- What:  support, erasure, restore, webhooks, alarms, and the audit of edits by hand.
-- Why:   people operate the service and answer for learners' data (O1, O5).
-- Locks: `auth.users`, against writes, for the moment that a new trigger takes. Sign-ups wait for it.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('erasures', 'upgrade', 'webhooks', 'webhooks_prune');
--        delete from ops.job where name in ('erasures', 'upgrade', 'webhooks', 'webhooks_prune');
--        drop trigger user_account_deleted on auth.users;
--        drop trigger user_accounts_truncated on auth.users;
--        drop trigger user_account_soft_deleted on auth.users;
--        drop trigger release_webhook on content.release;
--        drop trigger erasure_webhook on ops.erasure;
--        drop table ops.account_deletion, ops.deletion_setting, ops.support_grant, ops.cohort, ops.cohort_member, ops.cohort_staff,
--          ops.cohort_setting, ops.erasure_check, ops.webhook_endpoint, ops.webhook_message, ops.webhook_delivery, ops.webhook_attempt,
--          ops.retention_setting, ops.alarm_acknowledgement cascade;
--        drop function if exists ops.set_deletion_grace, private.end_deletions, private.require_answers_grant, private.support_grants,
--          private.grant_support, private.end_support_grant, public.grant_support, public.end_support_grant, public.support_grants,
--          private.event_content, private.text_content, private.row_content, private.audit_look, private.learner_objects,
--          private.require_look, private.action_json, private.record_actions, private.quarantine_states, private.mended_id,
--          private.retry_rows, private.mend_row, private.timeline_cursor, private.ulid_time, private.read_timeline_cursor,
--          private.quarantine_cursor, private.quarantine_row_bytes, private.quarantine_page, private.lock_learner, private.quarantine_ids,
--          private.own_quarantine, public.own_quarantine, private.support_quarantine, public.support_quarantine, private.rows_to_replay,
--          private.replay_quarantined, public.replay_quarantined, private.mend_quarantined, public.mend_quarantined,
--          private.rows_to_replay_of_all, private.replay_all_quarantined, public.replay_all_quarantined, private.settle_quarantined,
--          public.discard_quarantined, public.restore_quarantined, private.next_reset_range, private.support_reset_progress,
--          public.support_reset_progress, private.void_record, public.support_void, public.support_unvoid, private.projection_differences,
--          public.projection_differences, private.rebuild_learner, public.rebuild_learner, private.row_key, private.audit_by_hand,
--          private.audit_hand_edit, private.receipt_subject, private.issue_receipts, ops.erasure_receipt, private.learner_tables,
--          private.erase_rows, private.redact_audit, private.erase_learners, private.erase_or_bisect, private.note_erasures,
--          ops.erase_learner, private.begin_deletions, ops.cancel_deletion, private.note_deleted, ops.end_grace_periods,
--          private.account_deleted, private.accounts_of_all, private.accounts_truncated, private.account_soft_deleted, ops.run_erasures,
--          ops.idle_learners, ops.export_erasures, private.keep_grace_periods, ops.reapply_erasures, private.declare_upgrade,
--          ops.expect_upgrade, private.end_declaration, ops.settle_upgrade, private.move_events, private.move_quarantine,
--          private.move_contacts, private.lock_learners, private.adopt_learner, private.adoption_of, private.adoption_json,
--          ops.adopt_learner, private.adopt_for, private.is_webhook_url, private.webhook_types, private.enqueue_message,
--          private.enqueue_webhook, private.enqueue_erasure, private.new_webhook_secret, private.webhook_secrets,
--          private.forget_webhook_secret, private.webhook_backoff, private.claim_webhooks, private.record_webhook,
--          private.add_webhook_endpoint, private.webhook_endpoints, private.set_webhook_endpoint, private.rotate_webhook_secret,
--          public.add_webhook_endpoint, public.webhook_endpoints, public.set_webhook_endpoint, public.rotate_webhook_secret,
--          private.webhook_deliveries, private.retry_webhook, public.webhook_deliveries, public.retry_webhook, private.drive_webhooks,
--          private.delete_messages, ops.prune_webhooks, private.is_acknowledged, private.open_alarms, private.alarms, public.alarms,
--          private.end_acknowledgements, private.acknowledge_alarm, public.acknowledge_alarm;

select private.revoke_default_grants();

-- Source: schemas/90_people/account_deletion.sql
-- What:  ops.account_deletion, the grace period of deleted accounts, and its length.
-- Why:   one click in the dashboard, or a clean-up by a wrong date, must not destroy years of learning at once (O5).
create table ops.account_deletion (
  user_id    uuid not null,
  deleted_at timestamptz not null,
  erase_at   timestamptz not null,
  constraint account_deletion_pkey primary key (user_id),
  constraint account_deletion_ends_after_its_start check (erase_at >= deleted_at)
);
create index account_deletion_erase_at_user_id_idx on ops.account_deletion (erase_at, user_id);
comment on table ops.account_deletion is
  'Learners whose account was deleted, hard or soft. Their data is kept, and taken from devices that may still send, until erase_at.';
alter table ops.account_deletion enable row level security;
create policy account_deletion_all_nobody on ops.account_deletion for all to anon, authenticated using (false);

create table ops.deletion_setting (
  id    smallint not null default 1,
  grace interval not null default '7 days',
  constraint deletion_setting_pkey primary key (id),
  constraint deletion_setting_one_row check (id = 1),
  -- Privacy law wants an answer within a month; three months are for projects that promise more.
  constraint deletion_setting_grace_in_range check (grace between '0 seconds' and '90 days')
);
comment on table ops.deletion_setting is 'One row: how long the data of a deleted account is kept. ops.set_deletion_grace() changes it.';
alter table ops.deletion_setting enable row level security;
create policy deletion_setting_all_nobody on ops.deletion_setting for all to anon, authenticated using (false);
insert into ops.deletion_setting default values;
create trigger deletion_setting_audit_update after update on ops.deletion_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger deletion_setting_stays before delete or truncate on ops.deletion_setting
  for each statement execute function private.forbid_change();

create function ops.set_deletion_grace(p_grace interval)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_interval('p_grace', p_grace, '0 days', '90 days');
  update ops.deletion_setting set grace = p_grace where id = 1;
end
$$;
comment on function ops.set_deletion_grace(interval) is
  'Sets how long the data of accounts deleted from now on is kept: 0 to 90 days, at first 7. For admins; audited. Errors: malformed_request.';

create function private.end_deletions(p_users uuid[], p_reason text)
returns uuid[]
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended ops.account_deletion[];
begin
  with ended as (
    delete from ops.account_deletion d where d.user_id = any (p_users) returning d
  )
  select coalesce(array_agg(e.d), '{}') into v_ended from ended e;
  perform private.audit('cancel_deletion', 'learner.state', e.user_id::text,
    jsonb_build_object('deleted_at', e.deleted_at, 'erase_at', e.erase_at), jsonb_build_object('reason', p_reason))
  from unnest(v_ended) e;
  return array(select e.user_id from unnest(v_ended) e);
end
$$;
comment on function private.end_deletions(uuid[], text) is 'Ends grace periods without an erasure. Returns the learners; audited.';

-- Source: schemas/90_people/support_grant.sql
-- What:  ops.support_grant: until when a member of staff may read the content of answers, who allowed it, and why.
-- Why:   support can help nearly everybody without reading what a learner has written (O2, O5).
create table ops.support_grant (
  id              bigint generated always as identity,
  staff_id        uuid not null,
  granted_by      uuid,
  granted_by_role text not null,
  reason          text not null,
  granted_at      timestamptz not null default clock_timestamp(),
  expires_at      timestamptz not null,
  ended_at        timestamptz,
  constraint support_grant_pkey primary key (id),
  -- Two people must know of it.
  constraint support_grant_to_another check (granted_by <> staff_id),
  constraint support_grant_reason_length check (length(btrim(reason)) between 1 and 500),
  constraint support_grant_ends_within_31_days check (expires_at > granted_at and expires_at <= granted_at + interval '31 days'),
  constraint support_grant_ends_after_its_start check (ended_at >= granted_at)
);
create index support_grant_staff_id_expires_at_idx on ops.support_grant (staff_id, expires_at) where ended_at is null;
comment on table ops.support_grant is
  'Staff who may read the content of answers until expires_at. Kept as a record. granted_by is null for SQL consoles; granted_by_role names those.';
alter table ops.support_grant enable row level security;
create policy support_grant_all_nobody on ops.support_grant for all to anon, authenticated using (false);

create function private.require_answers_grant()
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims constant text := nullif(current_setting('request.jwt.claims', true), '');
begin
  -- SQL consoles and secret keys can read every table anyway.
  if (v_claims is null and session_user <> 'authenticator') or v_claims::jsonb ->> 'role' = 'service_role' then
    return;
  end if;
  if not exists (
    select from ops.support_grant g where g.staff_id = private.caller_id() and g.ended_at is null and g.expires_at > clock_timestamp())
  then
    perform private.raise_error('forbidden', 'The content of answers needs a grant: an admin gives it with grant_support().');
  end if;
end
$$;
comment on function private.require_answers_grant() is
  'Raises forbidden unless the caller has a valid row of ops.support_grant. Passes for SQL consoles and the service role. The caller has checked the role.';

create function private.support_grants()
returns table (staff_id uuid, reason text, granted_at timestamptz, expires_at timestamptz, granted_by uuid, granted_by_role text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query
  select g.staff_id, g.reason, g.granted_at, g.expires_at, g.granted_by, g.granted_by_role from ops.support_grant g
  where g.ended_at is null and g.expires_at > clock_timestamp()
  order by g.expires_at, g.id;
end
$$;
comment on function private.support_grants() is 'The core of support_grants().';

create function private.grant_support(p_staff uuid, p_reason text, p_hours integer)
returns timestamptz
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller constant record := private.audit_caller();
  v_grant ops.support_grant;
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  if coalesce((private.account_of(p_staff, null)).app_role, '') not in ('support', 'admin') then
    perform private.raise_error('support_invalid', '`staff` must be the id of an account with the role support or admin.', 'staff');
  elsif p_staff = v_caller.actor then
    perform private.raise_error('support_invalid', '`staff` must be another account than your own.', 'staff');
  elsif (p_hours between 1 and 744) is not true then
    perform private.raise_error('support_invalid', '`hours` must be a whole number from 1 to 744.', 'hours');
  end if;
  insert into ops.support_grant (staff_id, granted_by, granted_by_role, reason, expires_at)
  values (p_staff, v_caller.actor, v_caller.actor_role, p_reason, clock_timestamp() + make_interval(hours => p_hours))
  returning * into v_grant;
  perform private.audit('grant_support', 'ops.support_grant', v_grant.id::text, null, to_jsonb(v_grant) - 'id');
  return v_grant.expires_at;
end
$$;
comment on function private.grant_support(uuid, text, integer) is 'The core of grant_support().';

create function private.end_support_grant(p_staff uuid, p_reason text)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended bigint[];
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  with ended as (
    update ops.support_grant g set ended_at = clock_timestamp()
    where g.staff_id = p_staff and g.ended_at is null and g.expires_at > clock_timestamp()
    returning g.id
  )
  select coalesce(array_agg(e.id), '{}') into v_ended from ended e;
  perform private.audit('end_support_grant', 'ops.support_grant', e.id::text, null, jsonb_build_object('staff_id', p_staff, 'reason', p_reason))
  from unnest(v_ended) e (id);
  return cardinality(v_ended);
end
$$;
comment on function private.end_support_grant(uuid, text) is 'The core of end_support_grant().';

-- Source: schemas/90_people/support_grant_rpc.sql
-- What:  grant_support(), end_support_grant() and support_grants(), the calls of an administrator.
-- Why:   a grant is given for some hours with a reason, and every grant in force can be listed (O2).

create function public.grant_support(staff uuid, reason text, hours integer default 8)
returns timestamptz
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.grant_support(staff, reason, hours);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.grant_support(uuid, text, integer) is
  'Lets an account with the role support or admin read the content of answers for some hours, at most 744. Not one''s own account. Returns when the '
  'grant expires. For admins; audited. Errors: forbidden, support_invalid.';

create function public.end_support_grant(staff uuid, reason text)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.end_support_grant(staff, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.end_support_grant(uuid, text) is
  'Ends the grants of an account at once, and returns their number. For admins; audited. Errors: forbidden, support_invalid.';

create function public.support_grants()
returns table (staff_id uuid, reason text, granted_at timestamptz, expires_at timestamptz, granted_by uuid, granted_by_role text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_grants();
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_grants() is 'The grants in force, first to expire first. For admins. Errors: forbidden.';

grant execute on function private.grant_support(uuid, text, integer), public.grant_support(uuid, text, integer),
  private.end_support_grant(uuid, text), public.end_support_grant(uuid, text), private.support_grants(), public.support_grants() to authenticated, service_role;

-- Source: schemas/90_people/answer_content.sql
-- What:  functions that take the content of answers out of what support reads.
-- Why:   the type, the time and the verdict of an answer are enough for nearly every question (O2, O5).

create function private.event_content(p_type text, p_version integer, p_body jsonb, p_answers boolean)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_answers then
    return p_body;
  end if;
  -- Only fields of the contract: an app may add fields with any content, which the ledger keeps.
  return (
    select coalesce(jsonb_object_agg(b.key, case when b.key = 'answer' then '"hidden"' else b.value end), '{}')
    from jsonb_each(p_body) b
    where exists (select from private.event_rule r where r.type = p_type and r.version = p_version and r.field = 'body.' || b.key));
end
$$;
comment on function private.event_content(text, integer, jsonb, boolean) is
  'The body of an event for support. Without p_answers it has the fields of the contract alone, and no answer.';

create function private.text_content(p_text text, p_answers boolean)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_answers or p_text is null then
    return p_text;
  end if;
  -- Nobody knows where a text that is no valid event has its answer. So only the envelope is shown, as far as there is one.
  if private.is_jsonb(p_text) and jsonb_typeof(p_text::jsonb) = 'object' then
    return (
      select (coalesce(jsonb_object_agg(e.key, e.value), '{}') || '{"body": "hidden"}')::text from jsonb_each(p_text::jsonb) e
      where e.key in ('id', 'type', 'version', 'learner_id', 'device_id', 'occurred_at', 'utc_offset_minutes')
        -- An object or a long text is none of these fields' values, whatever its name.
        and jsonb_typeof(e.value) in ('string', 'number') and length(e.value::text) <= 66);
  end if;
  return 'hidden';
end
$$;
comment on function private.text_content(text, boolean) is
  'The text of a quarantined event for support. Without p_answers it is the event''s envelope, or else the word hidden.';

create function private.row_content(p_row jsonb, p_answers boolean)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_answers or p_row is null then
    return p_row;
  end if;
  return case jsonb_typeof(p_row)
    when 'object' then (
      select coalesce(jsonb_object_agg(e.key, case when e.key in ('answer', 'body', 'mended_body', 'before_body', 'after_body') and e.value <> 'null'
        then '"hidden"' else private.row_content(e.value, false) end), '{}')
      from jsonb_each(p_row) e)
    when 'array' then (
      select coalesce(jsonb_agg(private.row_content(e.value, false) order by e.place), '[]') from jsonb_array_elements(p_row) with ordinality e (value, place))
    else p_row
  end;
end
$$;
comment on function private.row_content(jsonb, boolean) is
  'Rows of learners'' tables as JSON, for support. Without p_answers, answers and bodies of events are hidden at any depth.';

-- Source: schemas/90_people/cohorts.sql
-- What:  cohorts of learners, their members and staff, and the settings of what instructors see.
-- Why:   an instructor reads about their own learners one by one, and about nobody else's (O3). Every table of learners is known to the layer that
--        answers for their data, so these tables are here. 91_cohorts has all that works with them.
create table ops.cohort (
  id          uuid not null default gen_random_uuid(),
  name        text collate "C" not null,
  created_at  timestamptz not null default now(),
  archived_at timestamptz,
  constraint cohort_pkey primary key (id),
  constraint cohort_name_is_one_short_line check (name ~ '\S' and length(name) <= 200 and name !~ '[[:cntrl:]]')
);
create unique index cohort_name_idx on ops.cohort (name) where archived_at is null;
comment on table ops.cohort is 'Groups of learners, such as classes. An archived cohort is open to admins alone. Each change is audited.';

create table ops.cohort_member (
  cohort_id uuid not null,
  user_id   uuid not null,
  added_at  timestamptz not null default now(),
  constraint cohort_member_pkey primary key (cohort_id, user_id),
  constraint cohort_member_cohort_exists foreign key (cohort_id) references ops.cohort (id)
);
create index cohort_member_user_id_idx on ops.cohort_member (user_id);
comment on table ops.cohort_member is 'The learners of each cohort. An adoption moves these rows to the account, and an erasure removes them.';

create table ops.cohort_staff (
  cohort_id uuid not null,
  user_id   uuid not null,
  added_at  timestamptz not null default now(),
  constraint cohort_staff_pkey primary key (cohort_id, user_id),
  constraint cohort_staff_cohort_exists foreign key (cohort_id) references ops.cohort (id)
);
create index cohort_staff_user_id_idx on ops.cohort_staff (user_id);
comment on table ops.cohort_staff is
  'The instructors of each cohort. A row alone gives no right: every call also requires the app role instructor, in the token and in the account.';

create table ops.cohort_setting (
  id             smallint not null default 1,
  least_learners integer not null default 5,
  most_members   integer not null default 2000,
  recount_every  interval not null default '1 day',
  help_failures  integer not null default 3,
  help_recent    interval not null default '30 days',
  stopped_after  interval not null default '14 days',
  synced_within  interval not null default '1 day',
  syncing_within interval not null default '2 minutes',
  problem_within interval not null default '14 days',
  storage_codes  text[] not null default '{storage.full,sqlite.full,disk.full,quota.exceeded}',
  constraint cohort_setting_pkey primary key (id),
  constraint cohort_setting_one_row check (id = 1),
  constraint cohort_setting_least_learners_in_range check (least_learners between 2 and 1000),
  constraint cohort_setting_most_members_in_range check (most_members between 1 and 5000),
  constraint cohort_setting_recount_every_in_range check (recount_every between interval '1 hour' and interval '30 days'),
  constraint cohort_setting_help_failures_in_range check (help_failures between 2 and 100),
  constraint cohort_setting_help_recent_in_range check (help_recent between interval '1 day' and interval '365 days'),
  constraint cohort_setting_stopped_after_in_range check (stopped_after between interval '1 day' and interval '365 days'),
  constraint cohort_setting_synced_within_in_range check (synced_within between interval '1 minute' and interval '30 days'),
  constraint cohort_setting_syncing_within_in_range check (syncing_within between interval '1 second' and synced_within),
  constraint cohort_setting_problem_within_in_range check (problem_within between interval '1 hour' and interval '90 days'),
  constraint cohort_setting_storage_codes_present check (array_position(storage_codes, null) is null and cardinality(storage_codes) <= 20)
);
comment on table ops.cohort_setting is 'One row: what instructors see of other learners, and when a learner needs help. docs/instructors.md explains each.';
comment on column ops.cohort_setting.least_learners is 'Figures of learners outside of an instructor''s cohorts are shown if at least this many of them are in a figure.';
comment on column ops.cohort_setting.most_members is 'A cohort has at most so many members, because its figures are counted when they are asked for.';
comment on column ops.cohort_setting.recount_every is 'How often the figures of all learners are counted again.';
comment on column ops.cohort_setting.help_failures is 'A learner needs help with a question after this many wrong answers in a row, the last of them within help_recent.';
comment on column ops.cohort_setting.stopped_after is 'A learner has stopped if the last day of practice is longer ago.';
comment on column ops.cohort_setting.synced_within is 'A device has synced recently if its last contact is not longer ago. syncing_within is the same for `syncing`.';
comment on column ops.cohort_setting.problem_within is 'A device''s reports of failures count for this time.';
comment on column ops.cohort_setting.storage_codes is 'The codes of `app.failed` with which apps report that the device''s storage is full.';

alter table ops.cohort enable row level security;
alter table ops.cohort_member enable row level security;
alter table ops.cohort_staff enable row level security;
alter table ops.cohort_setting enable row level security;
create policy cohort_all_nobody on ops.cohort for all to anon, authenticated using (false);
create policy cohort_member_all_nobody on ops.cohort_member for all to anon, authenticated using (false);
create policy cohort_staff_all_nobody on ops.cohort_staff for all to anon, authenticated using (false);
create policy cohort_setting_all_nobody on ops.cohort_setting for all to anon, authenticated using (false);
insert into ops.cohort_setting default values;
select private.watch_table('ops.cohort', 'audit', 'private.audit_change');
create trigger cohort_stays before truncate on ops.cohort for each statement execute function private.forbid_change();
create trigger cohort_setting_audit_update after update on ops.cohort_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger cohort_setting_stays before delete or truncate on ops.cohort_setting
  for each statement execute function private.forbid_change();

-- Source: schemas/90_people/support_look.sql
-- What:  require_look(), what a look of support requires; audit_look(), which audits a look of support at several learners, and learner_objects(), what is filed under a learner.
-- Why:   a learner's timeline must show who has looked at their data, also when support asked for nobody in particular (O2).

create function private.audit_look(p_action text, p_object text, p_learners uuid[], p_after jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.audit(p_action, p_object, null, null, p_after || jsonb_build_object('learners', (select count(distinct l) from unnest(p_learners) l)));
  -- One more entry for each learner shown, so that their timeline has it.
  perform private.audit(p_action, 'learner.state', l.id::text, null, p_after) from (select distinct u from unnest(p_learners) u) l (id);
end
$$;
comment on function private.audit_look(text, text, uuid[], jsonb) is 'Audits a look of support at several learners: once as a whole, and once for each learner shown.';

create function private.learner_objects()
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- A list, because the catalogue would cost a page of a timeline 400 blocks. A test compares the two.
  select array['learner.adoption', 'learner.attempt', 'learner.batch', 'learner.device', 'learner.device_session', 'learner.event', 'learner.practice',
    'learner.session', 'learner.skill_progress', 'learner.state', 'ops.account_deletion', 'ops.change_note', 'ops.cohort_member', 'ops.cohort_staff', 'ops.content_report', 'ops.erasure',
    'ops.learner_cell', 'ops.projection_difference', 'ops.quarantine', 'ops.quarantine_action', 'ops.quarantine_load', 'ops.replay_queue', 'ops.telemetry', 'ops.telemetry_horizon']
$$;
comment on function private.learner_objects() is 'The objects of audit records that have a learner''s id as their object_id: every table with a column user_id.';

create function private.require_look(p_reason text, p_answers boolean)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  if p_answers is null then
    perform private.raise_error('support_invalid', '`with_answers` must be true or false.', 'with_answers');
  elsif p_answers then
    perform private.require_answers_grant();
  end if;
end
$$;
comment on function private.require_look(text, boolean) is
  'For every look of staff at a learner''s data: checks the role and the reason, and the grant if the content of answers is asked for.';

-- Source: schemas/90_people/quarantine_action.sql
-- What:  the shared parts of support's actions on quarantined events: retry, mend, record, report.
-- Why:   the original of every event stays, and the result of every action is visible (U3).

create function private.action_json(p_action ops.quarantine_action)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_strip_nulls(jsonb_build_object('at', p_action.at, 'action', p_action.action, 'actor', p_action.actor, 'actor_role', p_action.actor_role,
    'reason', p_action.reason, 'before_body', p_action.before_body, 'after_body', p_action.after_body, 'after_sha256', encode(p_action.after_sha256, 'hex'),
    'outcome', p_action.outcome, 'code', p_action.code, 'field', p_action.field, 'event_id', private.uuid_to_ulid(p_action.event_id)))
$$;
comment on function private.action_json(ops.quarantine_action) is 'An action in the form that support reads.';

create function private.record_actions(p_learner uuid, p_rows bytea[], p_action text, p_reason text, p_before text default null)
returns void
language plpgsql -- rather than sql, which plans at every call
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into ops.quarantine_action (
    user_id, sha256, number, at, actor, actor_role, action, reason, before_body, after_body, after_sha256, outcome, code, field, event_id)
  select q.user_id, q.sha256,
    1 + coalesce((select max(a.number) from ops.quarantine_action a where a.user_id = q.user_id and a.sha256 = q.sha256), 0),
    clock_timestamp(), c.actor, c.actor_role, p_action, p_reason, p_before,
    case when p_action = 'mended' then q.mended_body end, case when p_action = 'mended' then sha256(convert_to(q.mended_body, 'UTF8')) end,
    q.status, case when q.status in ('open', 'held') then q.code end, case when q.status in ('open', 'held') then q.field end, q.resolved_event
  from ops.quarantine q
  cross join private.audit_caller() c
  where q.user_id = p_learner and q.sha256 = any (p_rows);
end
$$;
comment on function private.record_actions(uuid, bytea[], text, text, text) is
  'Records an action on some rows with their present state. The caller holds the learner''s lock.';

create function private.quarantine_states(p_learner uuid, p_rows bytea[])
returns table (id text, status text, code text, field text, became_event text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select encode(q.sha256, 'hex'), q.status, case when q.status in ('open', 'held') then q.code end,
    case when q.status in ('open', 'held') then q.field end, private.uuid_to_ulid(q.resolved_event)
  from ops.quarantine q
  where q.user_id = p_learner and q.sha256 = any (p_rows)
  order by q.event_id, q.sha256
$$;
comment on function private.quarantine_states(uuid, bytea[]) is 'The present state of rows: the remaining error, or the resulting event.';

create function private.mended_id(p_row ops.quarantine)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- The same millisecond, then bits of the text's hash. A second replay of the same text, even after a restore, gets the
  -- same id and counts once.
  select private.uuid_to_ulid((left(replace(p_row.event_id::text, '-', ''), 12) || left(encode(p_row.sha256, 'hex'), 20))::uuid)
$$;
comment on function private.mended_id(ops.quarantine) is 'A new ULID, derived from the text, for an event whose id is taken.';

create function private.retry_rows(p_learner uuid, p_rows bytea[])
returns integer
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select private.replay_rows(p_learner, clock_timestamp(), coalesce((select max(r.version) from content.release r), 0), k.number, p_rows)
  from private.knowledge k
$$;
comment on function private.retry_rows(uuid, bytea[]) is 'Replays rows now, with the server''s present knowledge.';

create function private.mend_row(p_learner uuid, p_row bytea, p_mended text, p_reason text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before text;
begin
  select coalesce(q.mended_body, q.body) into v_before from ops.quarantine q
  where q.user_id = p_learner and q.sha256 = p_row and q.status in ('open', 'held');
  -- Superseded events cannot be mended. Discarded events must be restored first.
  if not found then
    return;
  end if;
  update ops.quarantine q set mended_body = p_mended where q.user_id = p_learner and q.sha256 = p_row;
  perform private.retry_rows(p_learner, array[p_row]);
  perform private.record_actions(p_learner, array[p_row], 'mended', p_reason, v_before);
end
$$;
comment on function private.mend_row(uuid, bytea, text, text) is 'Stores a mended body beside the original and replays it. The caller holds the learner''s lock.';

-- Source: schemas/90_people/timeline_cursor.sql
-- What:  the cursor of a list that is sorted by time, and the time in an event's id.
-- Why:   pages of the timeline and of the quarantine continue at an exact row, although many rows share a time.

create function private.timeline_cursor(p_at timestamptz, p_kind text, p_key text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select concat_ws('|', to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p_kind, p_key) $$;
comment on function private.timeline_cursor(timestamptz, text, text) is
  'The cursor after a row of the timeline. A time alone is ambiguous, because all events of a batch share one.';

create function private.ulid_time(p_ulid uuid)
returns timestamptz
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select 'epoch'::timestamptz + ('x' || left(replace(p_ulid::text, '-', ''), 12))::bit(48)::bigint * interval '1 millisecond' $$;
comment on function private.ulid_time(uuid) is 'The time in a ULID, by the clock of its device; up to the year 10889.';

create function private.read_timeline_cursor(p_cursor text, out at timestamptz, out kind text, out key text)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cursor constant text[] := regexp_match(p_cursor, '^(\d{4,5}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\|([a-z]{1,10})\|([0-9a-f-]{1,80})$');
begin
  if v_cursor is null or not pg_input_is_valid(v_cursor[1], 'timestamptz') then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  at := v_cursor[1]::timestamptz;
  kind := v_cursor[2];
  key := v_cursor[3];
end
$$;
comment on function private.read_timeline_cursor(text) is 'The parts of a cursor of private.timeline_cursor(). Errors: cursor_invalid.';

-- Source: schemas/90_people/quarantine_page.sql
-- What:  quarantine_page(), a page of quarantined events, bounded by rows and bytes.
-- Why:   a text may have 512 KiB, so a page bounded by rows alone was 20 MiB (U8).

create function private.quarantine_cursor(p_at timestamptz, p_user uuid, p_sha256 bytea)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select private.timeline_cursor(p_at, p_user::text, encode(p_sha256, 'hex')) $$;
comment on function private.quarantine_cursor(timestamptz, uuid, bytea) is 'The cursor after a row of a page of quarantined events.';

create function private.quarantine_row_bytes(p_row ops.quarantine)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select octet_length(to_json(p_row)::text) + coalesce(sum(octet_length(private.action_json(a)::text)), 0)
  from ops.quarantine_action a where a.user_id = p_row.user_id and a.sha256 = p_row.sha256
$$;
comment on function private.quarantine_row_bytes(ops.quarantine) is 'The size of a quarantined event as JSON, with support''s actions on it.';

create function private.quarantine_page(p_learner uuid, p_code text, p_status text, p_cursor text, p_limit integer)
returns setof ops.quarantine
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cursor constant text[] := regexp_match(p_cursor,
    '^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\|([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\|([0-9a-f]{64})$');
  v_limit constant integer := private.list_rows(p_limit);
  v_at timestamptz := 'infinity';
  v_user uuid;
  v_sha256 bytea;
  v_rows refcursor;
  v_row ops.quarantine;
  v_count integer := 0;
  v_bytes bigint := 0;
begin
  if p_cursor is not null then
    if v_cursor is null or not pg_input_is_valid(v_cursor[1], 'timestamptz') then
      perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
    end if;
    v_at := v_cursor[1]::timestamptz;
    v_user := v_cursor[2]::uuid;
    v_sha256 := decode(v_cursor[3], 'hex');
  end if;
  -- Newest first, through the index that starts with the given filter, so that a page reads only its own rows.
  if p_learner is not null then
    open v_rows for
      select * from ops.quarantine q
      where q.user_id = p_learner and (q.last_seen_at, q.sha256) < (v_at, coalesce(v_sha256, ''))
        and (p_status is null or q.status = p_status) and (p_code is null or q.code = p_code)
      order by q.last_seen_at desc, q.sha256 desc limit v_limit;
  else
    open v_rows for
      select * from ops.quarantine q
      where q.status = coalesce(p_status, 'open')
        and (q.last_seen_at, q.user_id, q.sha256) < (v_at, coalesce(v_user, '00000000-0000-0000-0000-000000000000'), coalesce(v_sha256, ''))
        and (p_code is null or q.code = p_code)
      order by q.last_seen_at desc, q.user_id desc, q.sha256 desc limit v_limit;
  end if;
  loop
    fetch v_rows into v_row;
    exit when not found;
    v_bytes := v_bytes + private.quarantine_row_bytes(v_row);
    exit when v_count > 0 and v_bytes > private.max_page_bytes();
    v_count := v_count + 1;
    return next v_row;
  end loop;
  close v_rows;
end
$$;
comment on function private.quarantine_page(uuid, text, text, text, integer) is
  'Quarantined events, last seen first. One learner''s: all statuses by default. All learners'': open ones by default. '
  'At most p_limit rows and a page''s bytes, but at least one row.';

-- Source: schemas/90_people/quarantine_read.sql
-- What:  own_quarantine() for learners, support_quarantine() for support, and the lock and checks that support's functions share.
-- Why:   learners and support must see quarantined events and their errors. Every read by support is audited (U3, O2).

create function private.lock_learner(p_learner uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from learner.state s where s.user_id = p_learner for update;
  if not found then
    perform private.refuse_adopted(p_learner);
    perform private.raise_error('record_unknown', 'This learner has never synced.', 'learner');
  end if;
  -- An erasure of a large ledger takes several steps. No row may be added between them.
  perform private.refuse_absent(p_learner);
  perform private.refuse_during_upgrade();
end
$$;
comment on function private.lock_learner(uuid) is 'Takes the learner''s lock, as ingest does. Raises record_unknown for an unknown learner, erased for an erased one, learner_adopted for an adopted one, paused during an upgrade.';

create function private.quarantine_ids(p_learner uuid, p_ids text[])
returns bytea[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unknown text;
begin
  if coalesce(cardinality(p_ids), 0) not between 1 and 500 or exists (select from unnest(p_ids) i (id) where (i.id ~ '^[0-9a-f]{64}$') is not true) then
    perform private.raise_error('support_invalid', '`ids` must be 1 to 500 SHA-256 hashes in hex.', 'ids');
  end if;
  select i.id into v_unknown from unnest(p_ids) i (id)
  where not exists (select from ops.quarantine q where q.user_id = p_learner and q.sha256 = decode(i.id, 'hex')) limit 1;
  if v_unknown is not null then
    perform private.raise_error('record_unknown', 'This learner has no such event in quarantine.', v_unknown);
  end if;
  return array(select distinct decode(i.id, 'hex') from unnest(p_ids) i (id));
end
$$;
comment on function private.quarantine_ids(uuid, text[]) is
  'The keys of quarantined events from their ids (SHA-256 in hex). All must belong to the learner. Errors: support_invalid, record_unknown.';

create function private.own_quarantine(p_cursor text, p_limit integer)
returns table (
  id text, event_id text, code text, field text, status text, body text, device_id uuid, first_seen_at timestamptz, last_seen_at timestamptz,
  times_seen integer, became_event text, cursor text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.caller_id() is null then
    perform private.raise_error('unauthenticated');
  end if;
  perform private.require_session(private.caller_id(), private.caller_session(), null);
  return query
  select encode(q.sha256, 'hex'), private.uuid_to_ulid(q.event_id), q.code, q.field, q.status, q.body, q.device_id, q.first_seen_at, q.last_seen_at,
    q.times_seen, private.uuid_to_ulid(q.resolved_event), private.quarantine_cursor(q.last_seen_at, q.user_id, q.sha256)
  from private.quarantine_page(private.caller_id(), null, null, p_cursor, p_limit) q;
end
$$;
comment on function private.own_quarantine(text, integer) is 'The core of own_quarantine().';

create function public.own_quarantine(after text default null, page_rows integer default null)
returns table (
  id text, event_id text, code text, field text, status text, body text, device_id uuid, first_seen_at timestamptz, last_seen_at timestamptz,
  times_seen integer, became_event text, cursor text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.own_quarantine(after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.own_quarantine(text, integer) is
  'The caller''s events that could not be applied, with their errors; last seen first, at most 500 rows and 1 MiB, but at least one row. '
  'after is the last row''s cursor: go on until a page is empty. '
  'Errors: unauthenticated, cursor_invalid.';

create function private.support_quarantine(
  p_learner uuid, p_reason text, p_code text, p_status text, p_answers boolean, p_cursor text, p_limit integer)
returns table (
  learner uuid, id text, event_id text, code text, field text, status text, body text, mended_body text, origin text, device_reason text, device_id uuid,
  batch_id text, first_seen_at timestamptz, last_seen_at timestamptz, times_seen integer, resolved_at timestamptz, became_event text, actions jsonb, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_page ops.quarantine[];
  v_look constant jsonb := jsonb_build_object('reason', p_reason, 'answers', p_answers, 'code', left(p_code, 100), 'status', left(p_status, 100),
    'cursor', p_cursor, 'limit', p_limit);
begin
  perform private.require_look(p_reason, p_answers);
  v_page := array(select q from private.quarantine_page(p_learner, p_code, p_status, p_cursor, p_limit) q);
  if p_learner is null then
    perform private.audit_look('support_quarantine', 'ops.quarantine', array(select p.user_id from unnest(v_page) p), v_look);
  else
    perform private.audit('support_quarantine', 'learner.state', p_learner::text, null, v_look);
  end if;
  return query
  select q.user_id, encode(q.sha256, 'hex'), private.uuid_to_ulid(q.event_id), q.code, q.field, q.status,
    private.text_content(q.body, p_answers), private.text_content(q.mended_body, p_answers), q.origin, q.reason,
    q.device_id, private.uuid_to_ulid(q.batch_id), q.first_seen_at, q.last_seen_at, q.times_seen, q.resolved_at, private.uuid_to_ulid(q.resolved_event),
    (select coalesce(jsonb_agg(private.row_content(private.action_json(a), p_answers) order by a.number), '[]') from ops.quarantine_action a where a.user_id = q.user_id and a.sha256 = q.sha256),
    private.quarantine_cursor(q.last_seen_at, q.user_id, q.sha256)
  from unnest(v_page) q;
end
$$;
comment on function private.support_quarantine(uuid, text, text, text, boolean, text, integer) is 'The core of support_quarantine().';

create function public.support_quarantine(
  learner uuid default null, reason text default null, with_code text default null, with_status text default null, with_answers boolean default false,
  after text default null, page_rows integer default null)
returns table (
  learner_id uuid, id text, event_id text, code text, field text, status text, body text, mended_body text, origin text, device_reason text, device_id uuid,
  batch_id text, first_seen_at timestamptz, last_seen_at timestamptz, times_seen integer, resolved_at timestamptz, became_event text, actions jsonb, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_quarantine(learner, reason, with_code, with_status, with_answers, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_quarantine(uuid, text, text, text, boolean, text, integer) is
  'Events that could not be applied, last seen first, at most 500 rows and 1 MiB, but at least one row: of one learner, or of all (open ones unless '
  'with_status is given). after is the last row''s cursor: go on until a page is empty. '
  'with_answers needs a grant. Support and admins, with a reason; audited. Errors: forbidden, support_invalid, cursor_invalid.';

grant execute on function private.own_quarantine(text, integer), private.support_quarantine(uuid, text, text, text, boolean, text, integer) to authenticated;
grant execute on function private.support_quarantine(uuid, text, text, text, boolean, text, integer) to service_role;
grant execute on function public.own_quarantine(text, integer), public.support_quarantine(uuid, text, text, text, boolean, text, integer) to authenticated;
grant execute on function public.support_quarantine(uuid, text, text, text, boolean, text, integer) to service_role;

-- Source: schemas/90_people/quarantine_replay.sql
-- What:  support sends quarantined events through ingest again: unchanged, mended, or under a new id.
-- Why:   after a fix of the server or of the event, the event must count, and only once (U3).

create function private.rows_to_replay(p_learner uuid, p_rows bytea[], p_code text, p_new_id boolean, p_tried_before timestamptz)
returns table (sha256 bytea)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select q.sha256 from ops.quarantine q
  where q.user_id = p_learner and q.status in ('open', 'held') and q.tried_at < p_tried_before
    and (p_code is null or q.code = p_code)
    and (p_rows is null or q.sha256 = any (p_rows))
    -- A new id is only for events whose id is taken. Any other event would count twice when its device sends it again.
    and (not p_new_id or q.code = 'id_conflict')
  -- Events that fail again go to the end of the queue, so that they do not block the others.
  order by q.tried_at, q.event_id, q.sha256
$$;
comment on function private.rows_to_replay(uuid, bytea[], text, boolean, timestamptz) is
  'A learner''s open and held rows whose last try was before p_tried_before, least recently tried first.';

create function private.replay_quarantined(
  p_learner uuid, p_ids text[], p_code text, p_new_id boolean, p_tried_before timestamptz, p_reason text)
returns table (id text, status text, code text, field text, became_event text, remaining integer, began_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_asked bytea[];
  v_rows bytea[];
  v_before timestamptz;
  v_remaining integer;
begin
  perform private.require_role('support', 'admin');
  -- After a fix of the server the code says why. A person who replays single events gives a reason.
  if p_reason is not null then
    perform private.require_reason(p_reason);
  end if;
  perform private.lock_learner(p_learner);
  if p_ids is not null then
    v_asked := private.quarantine_ids(p_learner, p_ids);
  end if;
  -- Read under the lock, so that every later try has a later time.
  v_before := least(p_tried_before, clock_timestamp());
  v_rows := array(select r.sha256 from private.rows_to_replay(p_learner, v_asked, p_code, p_new_id, v_before) r limit 500);
  if p_new_id then
    perform private.mend_row(p_learner, q.sha256,
      (coalesce(q.mended_body, q.body)::jsonb || jsonb_build_object('id', private.mended_id(q)))::text, coalesce(p_reason, 'Its id is taken by another event.'))
    from ops.quarantine q
    where q.user_id = p_learner and q.sha256 = any (v_rows);
  else
    perform private.retry_rows(p_learner, v_rows);
    perform private.record_actions(p_learner, v_rows, 'replayed', p_reason);
  end if;
  v_remaining := (select count(*) from private.rows_to_replay(p_learner, v_asked, p_code, p_new_id, v_before));
  perform private.audit('replay_quarantined', 'learner.state', p_learner::text, null, jsonb_build_object('ids', p_ids, 'code', p_code,
    'new_id', p_new_id, 'tried_before', p_tried_before, 'reason', p_reason, 'rows', cardinality(v_rows), 'remaining', v_remaining));
  return query select s.*, v_remaining, v_before from private.quarantine_states(p_learner, coalesce(v_asked, v_rows)) s;
end
$$;
comment on function private.replay_quarantined(uuid, text[], text, boolean, timestamptz, text) is 'The core of replay_quarantined().';

create function public.replay_quarantined(
  learner uuid, ids text[] default null, with_code text default null, as_new_id boolean default false, tried_before timestamptz default null,
  reason text default null)
returns table (id text, status text, code text, field text, became_event text, remaining integer, began_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.replay_quarantined(learner, ids, with_code, as_new_id, tried_before, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.replay_quarantined(uuid, text[], text, boolean, timestamptz, text) is
  'Sends a learner''s quarantined events through ingest again (some ids, all, or all of a code): at most 500, least recently tried first. Returns the state '
  'of each. remaining is the number not tried yet: repeat with began_at as tried_before until it is 0, or no row is returned. '
  'as_new_id: gives events whose id is taken a new id. reason: kept with each event. Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

create function private.mend_quarantined(p_learner uuid, p_id text, p_mended jsonb, p_reason text)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows bytea[];
begin
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  if p_mended is null or jsonb_typeof(p_mended) <> 'object' or octet_length(p_mended::text) > private.max_event_bytes() then
    perform private.raise_error('support_invalid', format('`mended` must be a JSON object of at most %s bytes.', private.max_event_bytes()), 'mended');
  end if;
  perform private.lock_learner(p_learner);
  v_rows := private.quarantine_ids(p_learner, array[p_id]);
  perform private.mend_row(p_learner, v_rows[1], p_mended::text, p_reason);
  perform private.audit('mend_quarantined', 'learner.state', p_learner::text, null, jsonb_build_object('id', p_id, 'reason', p_reason));
  return query select * from private.quarantine_states(p_learner, v_rows);
end
$$;
comment on function private.mend_quarantined(uuid, text, jsonb, text) is 'The core of mend_quarantined().';

create function public.mend_quarantined(learner uuid, id text, mended jsonb, reason text)
returns table (quarantine_id text, status text, code text, field text, became_event text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.mend_quarantined(learner, id, mended, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.mend_quarantined(uuid, text, jsonb, text) is
  'Replays an open or held event with a corrected body and returns its state. The original and all earlier bodies are kept. '
  'Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

grant execute on function private.replay_quarantined(uuid, text[], text, boolean, timestamptz, text), private.mend_quarantined(uuid, text, jsonb, text),
  public.replay_quarantined(uuid, text[], text, boolean, timestamptz, text), public.mend_quarantined(uuid, text, jsonb, text) to authenticated, service_role;

-- Source: schemas/90_people/quarantine_replay_all.sql
-- What:  replay_all_quarantined(): after a fix of the server, retries the events of one code for all learners, step by step.
-- Why:   the affected learners are unknown. Every event that the fault kept out must be retried and count once (U3).

create function private.rows_to_replay_of_all(p_code text, p_tried_before timestamptz)
returns table (user_id uuid, sha256 bytea)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select q.user_id, q.sha256
  from ops.quarantine q
  join learner.state s on s.user_id = q.user_id
  where q.status in ('open', 'held') and q.code = p_code and q.tried_at < p_tried_before
    -- Nothing is replayed during an erasure.
    and not exists (select from ops.erasure e where e.user_id = q.user_id)
$$;
comment on function private.rows_to_replay_of_all(text, timestamptz) is 'The open and held rows of one code whose last try was before p_tried_before.';

create function private.replay_all_quarantined(p_code text, p_tried_before timestamptz, p_learners integer, p_reason text)
returns table (learners integer, applied integer, busy uuid[], remaining integer, began_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_most constant integer := least(greatest(coalesce(p_learners, 20), 1), 100);
  -- All locks last to the end, and a sync waits at most 2 s. The same number as in ops.replay_held(), about 0.2 s of work.
  v_room integer := 1000;
  v_user uuid;
  v_rows bytea[];
begin
  perform private.require_role('support', 'admin');
  perform private.refuse_during_upgrade();
  if p_code is null then
    perform private.raise_error('support_invalid', '`with_code` is required: the code whose cause was fixed.', 'with_code');
  elsif p_reason is not null then
    perform private.require_reason(p_reason);
  end if;
  learners := 0;
  applied := 0;
  busy := '{}';
  began_at := least(p_tried_before, clock_timestamp());
  -- Learners who are syncing are skipped and stay among the remaining. They are at most as many as connections.
  for v_user in select distinct r.user_id from private.rows_to_replay_of_all(p_code, began_at) r order by r.user_id
  loop
    perform from learner.state s where s.user_id = v_user for update skip locked;
    if not found or not private.is_here(v_user) then
      busy := busy || v_user;
      continue;
    end if;
    v_rows := array(select r.sha256 from private.rows_to_replay(v_user, null, p_code, false, began_at) r limit least(500, v_room));
    -- No rows: the learner's own sync has replayed them.
    continue when v_rows = '{}';
    applied := applied + private.retry_rows(v_user, v_rows);
    perform private.record_actions(v_user, v_rows, 'replayed', p_reason);
    perform private.audit('replay_quarantined', 'learner.state', v_user::text, null,
      jsonb_strip_nulls(jsonb_build_object('code', p_code, 'rows', cardinality(v_rows), 'reason', p_reason)));
    learners := learners + 1;
    v_room := v_room - cardinality(v_rows);
    exit when learners >= v_most or v_room <= 0;
  end loop;
  if busy <> '{}' then
    perform private.audit_look('replay_all_quarantined', 'ops.quarantine', busy, jsonb_build_object('code', p_code, 'busy', true));
  end if;
  -- Counted to a limit, because an exact number is not needed.
  remaining := (select count(*) from (select from private.rows_to_replay_of_all(p_code, began_at) limit 100000) r);
  return next;
end
$$;
comment on function private.replay_all_quarantined(text, timestamptz, integer, text) is 'The core of replay_all_quarantined().';

create function public.replay_all_quarantined(with_code text, tried_before timestamptz default null, most_learners integer default 20, reason text default null)
returns table (learners integer, applied integer, busy uuid[], remaining integer, began_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.replay_all_quarantined(with_code, tried_before, most_learners, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.replay_all_quarantined(text, timestamptz, integer, text) is
  'After a fix of the server: replays events of one code for up to most_learners learners (at most 100) and 1,000 events, least recently tried '
  'first. remaining (counted to 100,000) is the number not tried yet: repeat with began_at as tried_before until it is 0. Learners who are syncing '
  'are busy; a later call replays their events. Support and admins; audited for each learner, with the reason if there is one. Errors: forbidden, support_invalid.';

grant execute on function private.replay_all_quarantined(text, timestamptz, integer, text), public.replay_all_quarantined(text, timestamptz, integer, text)
  to authenticated, service_role;

-- Source: schemas/90_people/quarantine_discard.sql
-- What:  support discards useless quarantined events, and can restore them.
-- Why:   events that nobody can mend must not hide the others. They are kept, with who discarded them, when and why (U3).

create function private.settle_quarantined(p_learner uuid, p_ids text[], p_reason text, p_discard boolean)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action constant text := case when p_discard then 'discarded' else 'restored' end;
  v_asked bytea[];
  v_rows bytea[];
begin
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  perform private.lock_learner(p_learner);
  v_asked := private.quarantine_ids(p_learner, p_ids);
  -- Rows that have become events meanwhile are not changed.
  with settled as (
    update ops.quarantine q set
      status = case when p_discard then 'discarded' else private.waiting_status(q.code) end,
      resolved_at = case when p_discard then clock_timestamp() end,
      -- A restored held event is retried with the server's present knowledge.
      knowledge = case when p_discard then q.knowledge else 0 end
    where q.user_id = p_learner and q.sha256 = any (v_asked)
      and case when p_discard then q.status in ('open', 'held') else q.status = 'discarded' end
    returning q.sha256
  )
  select array_agg(s.sha256) into v_rows from settled s;
  perform private.record_actions(p_learner, v_rows, v_action, p_reason);
  perform private.audit(case when p_discard then 'discard_quarantined' else 'restore_quarantined' end, 'learner.state', p_learner::text, null,
    jsonb_build_object('ids', p_ids, 'reason', p_reason, 'rows', coalesce(cardinality(v_rows), 0)));
  return query select * from private.quarantine_states(p_learner, v_asked);
end
$$;
comment on function private.settle_quarantined(uuid, text[], text, boolean) is 'The core of discard_quarantined() and restore_quarantined().';

create function public.discard_quarantined(learner uuid, ids text[], reason text)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.settle_quarantined(learner, ids, reason, true);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.discard_quarantined(uuid, text[], text) is
  'Discards open and held events for a reason. They are kept, but free room in the quarantine. Returns their states. '
  'Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

create function public.restore_quarantined(learner uuid, ids text[], reason text)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.settle_quarantined(learner, ids, reason, false);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.restore_quarantined(uuid, text[], text) is
  'Restores discarded events to open or held. Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

grant execute on function private.settle_quarantined(uuid, text[], text, boolean), public.discard_quarantined(uuid, text[], text),
  public.restore_quarantined(uuid, text[], text) to authenticated, service_role;

-- Source: schemas/90_people/support_reset.sql
-- What:  support_reset_progress(): support corrects a learner's progress in one skill.
-- Why:   one absurd value must not block a learner for ever. A correction takes precedence over everything that devices have sent or will send (U5).

create function private.next_reset_range(p_learner uuid, p_skill uuid)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- A device increments the reset count, and ingest keeps it within one range of 1,000,001 counts. A correction is the first count
  -- of the next range, so it exceeds (1000000, 7ZZZ…), the greatest pair of a device. Afterwards the learner can reset again, from 1000002.
  -- There are 2147 ranges.
  select (coalesce((select p.reset_count from learner.skill_progress p where p.user_id = p_learner and p.skill_id = p_skill), 0) / private.reset_range() + 1)
    * private.reset_range()
$$;
comment on function private.next_reset_range(uuid, uuid) is 'A reset count that is greater than any count a device may use before it has pulled this one.';

create function private.support_reset_progress(p_learner uuid, p_skill uuid, p_reason text, p_mastery integer, p_completed uuid[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz;
  v_at text;
  v_id uuid;
  v_before jsonb;
  v_after jsonb;
  v_event private.incoming;
  v_outcome private.outcome;
  v_remaining integer;
  v_field text;
begin
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  perform private.lock_learner(p_learner);
  select to_jsonb(p) into v_before from learner.skill_progress p where p.user_id = p_learner and p.skill_id = p_skill;
  v_now := clock_timestamp();
  v_at := to_char(v_now at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  v_id := (left(private.ulid_floor(v_now)::text, 13) || right(gen_random_uuid()::text, 23))::uuid;

  -- An ordinary event: checked, stored in the ledger, projected, pulled by every device, and kept by a rebuild.
  v_event := (private.read_events(p_learner, array['', jsonb_build_object(
    'id', private.uuid_to_ulid(v_id), 'type', 'progress.reset', 'version', 1, 'learner_id', p_learner, 'device_id', private.support_device(),
    'occurred_at', v_at, 'utc_offset_minutes', 0, 'body', jsonb_build_object(
      'skill_id', p_skill, 'count', private.next_reset_range(p_learner, p_skill),
      'base', jsonb_build_object('mastery', p_mastery, 'completed', p_completed), 'reason', p_reason))::text],
    coalesce((select max(r.version) from content.release r), 0), null))[1];
  -- This event itself starts the range.
  if v_event.code = 'unknown_reset' then
    v_event.code := null;
  end if;
  if v_event.code is not null then
    v_field := case
      when p_mastery is null or p_mastery not between 0 and 100 then 'mastery'
      when v_event.field = 'body.skill_id' or not exists (select from content.revision r where r.kind = 'skill' and r.id = p_skill) then 'skill'
      else 'completed'
    end;
    perform private.raise_error('support_invalid', case v_field
      when 'mastery' then '`mastery` must be a whole number from 0 to 100.'
      when 'skill' then '`skill` must be the id of a published skill.'
      else '`completed` must be a list of at most 1000 ids of published questions, which fit into one event of 16 KiB.' end, v_field);
  end if;
  v_outcome := private.outcome_of(
    private.apply_or_bisect(p_learner, v_now, coalesce((select max(r.version) from content.release r), 0), 0, array[v_event]));
  select to_jsonb(p) into v_after from learner.skill_progress p where p.user_id = p_learner and p.skill_id = p_skill;
  perform private.audit('support_reset_progress', 'learner.state', p_learner::text, v_before,
    v_after || jsonb_build_object('reason', p_reason, 'event_id', private.uuid_to_ulid(v_id)));

  -- Events after a correction that a restore lost may be applicable again. Some are retried now. The others are retried by the learner's
  -- next contacts and by the job for held events, which their knowledge of 0 selects.
  perform private.retry_rows(p_learner, array(
    select r.sha256 from private.rows_to_replay(p_learner, null, 'unknown_reset', false, v_now) r limit 500));
  update ops.quarantine q set knowledge = 0
  where q.user_id = p_learner and q.sha256 = any (array(
    select r.sha256 from private.rows_to_replay(p_learner, null, 'unknown_reset', false, v_now) r));
  get diagnostics v_remaining = row_count;
  return jsonb_build_object('event_id', private.uuid_to_ulid(v_id), 'status', v_outcome.results -> 0 ->> 'status', 'remaining', v_remaining, 'progress', (
    select to_jsonb(x) from (
      select p.skill_id, p.reset_count, private.uuid_to_ulid(p.reset_event) as reset_event, p.mastery, p.completed, p.attempts, p.correct, p.practiced_at
      from learner.skill_progress p where p.user_id = p_learner and p.skill_id = p_skill) x));
end
$$;
comment on function private.support_reset_progress(uuid, uuid, text, integer, uuid[]) is 'The core of support_reset_progress().';

create function public.support_reset_progress(learner uuid, skill uuid, reason text, mastery integer default 0, completed uuid[] default '{}')
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.support_reset_progress(learner, skill, reason, mastery, completed);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_reset_progress(uuid, uuid, text, integer, uuid[]) is
  'Resets a learner''s progress in a skill to the given values: {event_id, status, remaining, progress}. The correction takes precedence over everything '
  'that devices have sent or will send before they pull it. Held events of a lost correction are retried, 500 at once; the remaining ones follow '
  'automatically. Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

grant execute on function private.support_reset_progress(uuid, uuid, text, integer, uuid[]),
  public.support_reset_progress(uuid, uuid, text, integer, uuid[]) to authenticated, service_role;

-- Source: schemas/90_people/support_void.sql
-- What:  support_void() and support_unvoid(): void a session, an attempt or a skill's progress, or undo that.
-- Why:   a wrong row is marked, not deleted, so that every device pulls the mark and a rebuild keeps it (O1, U6).

create function private.void_record(p_learner uuid, p_kind text, p_id text, p_reason text, p_void boolean)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
  v_before jsonb;
  v_after jsonb;
begin
  -- 1 Check the role and the parameters.
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  if p_kind is null or p_kind not in ('session', 'attempt', 'skill_progress') then
    perform private.raise_error('support_invalid', '`kind` must be session, attempt or skill_progress.', 'kind');
  end if;
  if p_kind = 'skill_progress' and pg_input_is_valid(p_id, 'uuid') then
    v_id := p_id::uuid;
  elsif p_kind <> 'skill_progress' and private.is_ulid(p_id) then
    v_id := private.ulid_to_uuid(p_id);
  else
    perform private.raise_error('support_invalid', '`id` must be the ULID of a session or an attempt, or the UUID of a skill.', 'id');
  end if;
  perform private.lock_learner(p_learner);

  -- 2 Rows in the wanted state are not changed. Triggers give changed rows a change number, so that devices pull them.
  case p_kind
    when 'session' then
      select to_jsonb(x) into v_before from learner.session x where x.user_id = p_learner and x.session_id = v_id;
      update learner.session x set voided_at = case when p_void then clock_timestamp() end
      where x.user_id = p_learner and x.session_id = v_id and (x.voided_at is null) = p_void returning to_jsonb(x) into v_after;
    when 'attempt' then
      select to_jsonb(x) into v_before from learner.attempt x where x.user_id = p_learner and x.event_id = v_id;
      update learner.attempt x set voided_at = case when p_void then clock_timestamp() end
      where x.user_id = p_learner and x.event_id = v_id and (x.voided_at is null) = p_void returning to_jsonb(x) into v_after;
    when 'skill_progress' then
      select to_jsonb(x) into v_before from learner.skill_progress x where x.user_id = p_learner and x.skill_id = v_id;
      update learner.skill_progress x set voided_at = case when p_void then clock_timestamp() end
      where x.user_id = p_learner and x.skill_id = v_id and (x.voided_at is null) = p_void returning to_jsonb(x) into v_after;
  end case;
  if v_before is null then
    perform private.raise_error('record_unknown', p_info => p_id);
  end if;
  perform private.audit(case when p_void then 'support_void' else 'support_unvoid' end, 'learner.state', p_learner::text,
    v_before, jsonb_build_object('kind', p_kind, 'id', p_id, 'reason', p_reason, 'changed', v_after is not null));
  return jsonb_build_object('kind', p_kind, 'id', p_id, 'voided', p_void, 'changed', v_after is not null);
end
$$;
comment on function private.void_record(uuid, text, text, text, boolean) is 'The core of support_void() and support_unvoid().';

create function public.support_void(learner uuid, kind text, id text, reason text)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.void_record(learner, kind, id, reason, true);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_void(uuid, text, text, text) is
  'Voids a record: kind is session or attempt (id: their ULID), or skill_progress (id: the skill). Devices pull it as voided and hide it. '
  'Returns {kind, id, voided, changed}. Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

create function public.support_unvoid(learner uuid, kind text, id text, reason text)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.void_record(learner, kind, id, reason, false);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_unvoid(uuid, text, text, text) is
  'Undoes support_void(). Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

grant execute on function private.void_record(uuid, text, text, text, boolean), public.support_void(uuid, text, text, text),
  public.support_unvoid(uuid, text, text, text) to authenticated, service_role;

-- Source: schemas/90_people/support_rebuild.sql
-- What:  projection_differences() and rebuild_learner(): support sees the learners behind the alarm and repairs their rows.
-- Why:   support gets the alarm and has no SQL console (O2, O4).

create function private.projection_differences(p_reason text, p_answers boolean, p_limit integer)
returns table (learner_id uuid, found_at timestamptz, rows integer, differences jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit constant integer := private.list_rows(p_limit);
  v_learners uuid[];
begin
  perform private.require_look(p_reason, p_answers);
  v_learners := array(
    select d.user_id from ops.projection_difference d
    where d.resolved_at is null and not exists (select from ops.erasure e where e.user_id = d.user_id)
    group by d.user_id order by min(d.found_at), d.user_id limit v_limit);
  perform private.audit_look('projection_differences', 'ops.projection_difference', v_learners,
    jsonb_build_object('reason', p_reason, 'answers', p_answers, 'limit', p_limit));
  return query
  select d.user_id, min(d.found_at), count(*)::integer,
    -- A sample: a fault may affect thousands of a learner's rows.
    jsonb_agg(jsonb_build_object('kind', d.kind, 'live', private.row_content(d.live, p_answers), 'rebuilt', private.row_content(d.rebuilt, p_answers),
      'id', case when d.kind in ('session', 'attempt') then private.uuid_to_ulid(d.row_id) else d.row_id::text end)
      order by d.number) filter (where d.number <= 10)
  from (
    select x.*, row_number() over (partition by x.user_id order by x.found_at, x.kind, x.row_id) as number
    from ops.projection_difference x
    where x.resolved_at is null and x.user_id = any (v_learners)
  ) d
  group by d.user_id
  order by min(d.found_at), d.user_id;
end
$$;
comment on function private.projection_differences(text, boolean, integer) is 'The core of projection_differences().';

create function public.projection_differences(reason text default null, page_learners integer default null, with_answers boolean default false)
returns table (learner_id uuid, found_at timestamptz, rows integer, differences jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.projection_differences(reason, with_answers, page_learners);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.projection_differences(text, integer, boolean) is
  'Learners whose rows differed from their ledger, longest known first, at most 500: the number of rows, and ten of them as {kind, id, live, rebuilt}. '
  'Null means no row. rebuild_learner() repairs them and clears the list. Support and admins give a reason; '
  'with_answers needs a grant. Audited. Errors: forbidden, support_invalid.';

create function private.rebuild_learner(p_learner uuid)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  perform private.lock_learner(p_learner);
  return ops.rebuild_learner(p_learner);
end
$$;
comment on function private.rebuild_learner(uuid) is 'The core of rebuild_learner().';

create function public.rebuild_learner(learner uuid)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A large ledger needs more than a user's 8 s: 5,000 events a second on 2 busy cores. PostgREST applies this setting.
set statement_timeout = '60s'
as $$
begin
  return private.rebuild_learner(learner);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.rebuild_learner(uuid) is
  'Rebuilds all of a learner''s rows from the ledger and returns the number of events. Voids stay. Devices pull every row '
  'again. Support and admins; audited. Errors: forbidden, record_unknown, erased.';

grant execute on function private.projection_differences(text, boolean, integer), public.projection_differences(text, integer, boolean), private.rebuild_learner(uuid),
  public.rebuild_learner(uuid) to authenticated, service_role;

-- Source: schemas/90_people/hand_edits.sql
-- What:  the audit of edits by hand, with before and after. 99_rights/watched_tables.sql lists the tables.
-- Why:   a row that a person changed in Studio or a console must not look like the learner's own work (O1).

-- Carrel's definers write these rows as carrel_definer and audit their own work. Every other writer is a person. API
-- roles cannot change these tables, so no edit by hand happens in a session that ingests a batch.
create function private.row_key(p_row jsonb, p_key text[])
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select string_agg(p_row ->> k.name, ' ' order by k.place) from unnest(p_key) with ordinality k (name, place) $$;
comment on function private.row_key(jsonb, text[]) is 'The id of a row in the audit trail: the values of these columns.';

create function private.audit_by_hand(p_operation text, p_schema text, p_table text, p_key text[], p_before jsonb, p_after jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A partition's row is audited under its parent's name.
  v_object constant text := p_schema || '.' || regexp_replace(p_table, '_(\d{4}_\d\d|default)$', '');
  v_before constant text := private.row_key(p_before, p_key);
  v_after constant text := private.row_key(p_after, p_key);
begin
  if v_before <> v_after then
    -- A row moved to another learner is audited as a delete and an insert, so that each record is redacted with its own learner.
    perform private.audit('hand_delete', v_object, v_before, p_before, null);
    perform private.audit('hand_insert', v_object, v_after, null, p_after);
  elsif p_before is distinct from p_after then
    perform private.audit('hand_' || lower(p_operation), v_object, coalesce(v_after, v_before), p_before, p_after);
  end if;
end
$$;
comment on function private.audit_by_hand(text, text, text, text[], jsonb, jsonb) is 'Audits a change by hand under its learner''s id, or else under its key.';

create function private.audit_hand_edit()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.audit_by_hand(tg_op, tg_table_schema, tg_table_name, tg_argv::text[],
    case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
  return null;
end
$$;
comment on function private.audit_hand_edit() is 'Row trigger: audits a change that Carrel did not make itself. Its arguments are the columns that identify a row.';

-- Source: schemas/90_people/erasure_receipt.sql
-- What:  the receipt of an erasure: what was erased, when and by which role, about a learner whose id stays hidden.
-- Why:   somebody outside must be able to check that an erasure was done, without learning whose (O5).

create function private.receipt_subject(p_user uuid, p_salt bytea)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select encode(sha256(p_salt || convert_to(p_user::text, 'UTF8')), 'hex') $$;
comment on function private.receipt_subject(uuid, bytea) is 'The commitment to a learner: SHA-256 of the salt and the id in lower case.';

create function private.issue_receipts(p_users uuid[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_issued text[];
begin
  with issued as (
    update ops.erasure e set receipt = json_build_object(
      'format', 'carrel.erasure-receipt/1', 'history', private.history(), 'subject', private.receipt_subject(e.user_id, e.salt), 'reason', e.reason,
      'requested_at', e.requested_at, 'requested_by', e.requested_by, 'erased_at', e.erased_at, 'rows', e.rows, 'tables', e.tables)::text
    -- Asked for again, without new rows: the receipt stays.
    where e.user_id = any (p_users) and ((e.receipt::jsonb -> 'rows')::bigint, e.receipt::jsonb ->> 'reason') is distinct from (e.rows, e.reason)
    returning e.receipt
  )
  select array_agg(encode(sha256(convert_to(i.receipt, 'UTF8')), 'hex')) into v_issued from issued i;
  -- The digest alone, so that nothing of this record has ever to be erased. The audit's log seals it.
  perform private.audit('issue_receipt', 'ops.erasure_receipt', d.digest) from unnest(v_issued) d (digest);
end
$$;
comment on function private.issue_receipts(uuid[]) is 'Writes the receipts of complete erasures, and their digests into the audit trail.';

create function ops.erasure_receipt(p_user uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erasure ops.erasure;
begin
  perform private.require_role('admin');
  select * into v_erasure from ops.erasure e where e.user_id = p_user;
  if v_erasure.receipt is null then
    perform private.raise_error('record_unknown', 'There is no receipt: this learner was not erased, or the erasure is not complete.', p_user::text);
  end if;
  perform private.audit('erasure_receipt', 'learner.state', p_user::text);
  return jsonb_build_object('receipt', v_erasure.receipt, 'digest', encode(sha256(convert_to(v_erasure.receipt, 'UTF8')), 'hex'),
    'salt', encode(v_erasure.salt, 'hex'));
end
$$;
comment on function ops.erasure_receipt(uuid) is
  'The receipt of an erasure as exact text, its SHA-256, and the salt, which together with the learner''s id opens its `subject`. For admins; audited. '
  'Errors: forbidden, record_unknown.';

-- Source: schemas/90_people/erasure.sql
-- What:  the passes of an erasure: they delete all rows of some learners in bounded steps, behind the barrier.
-- Why:   thousands may ask for erasure at once, and the ledger of one may take hours: both must get on (O5).

create function private.learner_tables()
returns setof regclass
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- From the catalogue, so that no new table is forgotten: every column user_id names a learner. Partitions are listed separately, because a
  -- ctid is valid within one. ops.erasure stays. learner.state, whose row is the lock, is deleted last.
  select c.oid::regclass
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('content', 'learner', 'ops') and c.relkind = 'r'
    and a.attname = 'user_id' and a.atttypid = 'uuid'::regtype and not a.attisdropped
    and c.oid not in ('ops.erasure'::regclass, 'learner.state'::regclass)
  -- Referencing tables come first: a row deleted by a foreign key would count as an edit by hand.
  order by exists (
    select from pg_constraint f join pg_attribute b on b.attrelid = f.confrelid and b.attname = 'user_id' where f.conrelid = c.oid) desc,
    n.nspname, c.relname
$$;
comment on function private.learner_tables() is 'The tables and partitions with rows of learners, except learner.state and ops.erasure.';

create function private.erase_rows(p_users uuid[], p_rows integer, out rows integer, out finished uuid[])
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Each learner has the same share of a table, so that a huge ledger does not use up the rows of a hundred small ones.
  v_share constant integer := greatest(p_rows / greatest(cardinality(p_users), 1), least(p_rows, 100));
  v_table regclass;
  v_count integer;
  v_more uuid[];
begin
  rows := 0;
  finished := p_users;
  for v_table in select * from private.learner_tables()
  loop
    -- Many learners in one statement: each statement costs a millisecond for any number of them, and there is one for every partition.
    execute format($sql$
      with gone as (
        delete from %1$s where ctid = any (array(
          select x.ctid from unnest($1) u (id) cross join lateral (select t.ctid from %1$s t where t.user_id = u.id limit $2) x limit $3))
        returning user_id
      ),
      counted as (
        update ops.erasure e set rows = e.rows + g.number,
          tables = e.tables || jsonb_build_object(%2$L, coalesce((e.tables -> %2$L)::bigint, 0) + g.number)
        from (select user_id, count(*) as number from gone group by user_id) g
        where e.user_id = g.user_id
        returning e.user_id, g.number
      )
      select coalesce(sum(c.number), 0), array_agg(c.user_id) filter (where c.number >= $2) from counted c$sql$, v_table, regexp_replace(v_table::text, '_(\d{4}_\d\d|default)$', ''))
    into v_count, v_more using finished, v_share, p_rows - rows;
    rows := rows + v_count;
    -- Whoever has rows left here waits for the next pass, so that a foreign key never deletes a row.
    if v_more is not null then
      finished := array(select u.id from unnest(finished) u (id) where u.id <> all (v_more));
    end if;
    if rows >= p_rows then
      finished := '{}';
    end if;
    exit when finished = '{}';
  end loop;
end
$$;
comment on function private.erase_rows(uuid[], integer) is
  'Deletes at most p_rows rows of learners in ops.erasure. Returns their number, and the learners of whom no row is left.';

create function private.redact_audit(p_users uuid[], p_rows integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_objects constant text[] := private.learner_objects();
  v_count integer;
begin
  -- A sealing that sees the texts of before would make salted leaves of them after they are gone. So it ends first, or it begins after this transaction.
  perform pg_advisory_xact_lock_shared(private.audit_log_lock());
  -- A learner who revoked a device called from their own address, so the source is removed too.
  update ops.audit a set before = null, after = null, source = case when a.actor::text is distinct from a.object_id then a.source end
  where a.id = any (array(
    select x.id
    from unnest(p_users) u (id)
    cross join lateral (
      select b.id from ops.audit b
      -- By the object names of learners' records: the id of another kind of object may be the same.
      where b.object_id = u.id::text collate "C" and b.action <> 'erase_learner'
        and b.object = any (v_objects)
        and (b.before is not null or b.after is not null or (b.actor = u.id and b.source is not null))) x
    limit p_rows));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.redact_audit(uuid[], integer) is
  'Removes erased learners'' data from at most p_rows records of the audit trail. Who did what, and when, stays. Returns their number.';

create function private.erase_learners(p_users uuid[], p_rows integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_users uuid[];
  v_adopted uuid[];
  v_pass record;
begin
  -- 1 The learners' locks, as in ingest. A batch that passed the barrier before it existed has committed by now, so its rows are visible.
  --   Later batches see the barrier. Busy learners wait for the next run.
  insert into learner.state (user_id) select e.user_id from ops.erasure e where e.user_id = any (p_users) order by e.user_id on conflict do nothing;
  v_users := array(
    select s.user_id from learner.state s join ops.erasure e on e.user_id = s.user_id where s.user_id = any (p_users)
    order by s.user_id for update of s skip locked);

  -- 2 An adopted learner goes with the account that has their data, and not alone: the request may mean the account. Each has a record of their own,
  --   which accounts in the audit log for the texts that the learner's records lose.
  with adopted as (
    insert into ops.erasure (user_id, reason, requested_by)
    select a.user_id, e.reason, e.requested_by from learner.adoption a join ops.erasure e on e.user_id = a.adopted_by where a.adopted_by = any (v_users)
    on conflict do nothing
    returning user_id
  )
  select coalesce(array_agg(a.user_id), '{}') into v_adopted from adopted a;
  perform private.audit('erase_learner', 'learner.state', e.user_id::text, null, jsonb_build_object('reason', e.reason)) from ops.erasure e where e.user_id = any (v_adopted);
  perform private.refuse_adopted(a.user_id) from learner.adoption a
  where a.user_id = any (v_users) and not exists (select from ops.erasure e where e.user_id = a.adopted_by);

  -- 3 The rows, and then the audit trail.
  v_pass := private.erase_rows(v_users, p_rows);
  if v_pass.finished <> '{}' and private.redact_audit(v_pass.finished, p_rows) < p_rows then
    delete from learner.state s where s.user_id = any (v_pass.finished);
    update ops.erasure e set erased_at = clock_timestamp(), failures = 0, last_error = null where e.user_id = any (v_pass.finished);
    perform private.issue_receipts(v_pass.finished);
  end if;
  return v_pass.rows;
end
$$;
comment on function private.erase_learners(uuid[], integer) is
  'One pass: deletes at most p_rows rows of learners in ops.erasure and returns their number. Sets erased_at where none are left.';

create function private.erase_or_bisect(p_users uuid[], p_rows integer, p_until timestamptz)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count constant integer := cardinality(p_users);
begin
  update ops.erasure e set tried_at = clock_timestamp() where e.user_id = any (p_users);
  return private.erase_learners(p_users, p_rows);
exception
  when others then
    if v_count = 1 then
      update ops.erasure e set tried_at = clock_timestamp(), failures = e.failures + 1, last_error = left(format('%s (%s)', sqlerrm, sqlstate), 300)
      where e.user_id = p_users[1];
      return 0;
    elsif clock_timestamp() >= p_until then
      return 0;
    end if;
    -- One learner whose rows can't be deleted must not stop the others. Halving finds them.
    return private.erase_or_bisect(p_users[1:v_count / 2], p_rows, p_until)
      + private.erase_or_bisect(p_users[v_count / 2 + 1:v_count], p_rows, p_until);
end
$$;
comment on function private.erase_or_bisect(uuid[], integer, timestamptz) is
  'erase_learners(); if it fails, for all but the learners who cause it. Their failure is recorded in ops.erasure. At p_until it stops searching. '
  'The caller has locked their rows of ops.erasure: waiting for one in the handler would undo the whole pass.';

-- Source: schemas/90_people/erasure_request.sql
-- What:  erase_learner() and note_erasures(), which put learners behind the erasure barrier.
-- Why:   an explicit request erases at once (O5). The job and a restore note erasures in the same way.

create function private.note_erasures(p_erasures jsonb)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_noted ops.erasure[];
begin
  with gone as (
    -- The erasure takes the place of the grace period, and remembers that the account is deleted.
    delete from ops.account_deletion d
    where d.user_id in (select x.user_id from jsonb_to_recordset(p_erasures) as x (user_id uuid))
    returning d.user_id
  ),
  noted as (
    insert into ops.erasure as e (user_id, reason, requested_at, requested_by)
    -- A learner may be in the list twice: erased first, account deleted later.
    select distinct on (x.user_id) x.user_id, x.reason, coalesce(x.requested_at, now()), (select c.actor_role from private.audit_caller() c)
    from (
      select r.user_id, case when g.user_id is null then r.reason else 'account_deleted' end as reason, r.requested_at
      from jsonb_to_recordset(p_erasures) as r (user_id uuid, reason text, requested_at timestamptz)
      left join gone g on g.user_id = r.user_id
    ) x
    order by x.user_id, x.reason = 'account_deleted' desc, x.requested_at
    on conflict (user_id) do update set reason = excluded.reason
    where e.reason <> excluded.reason and excluded.reason = 'account_deleted'
    returning e
  )
  select coalesce(array_agg(n.e), '{}') into v_noted from noted n;
  -- The record contains only the learner's id and the reason.
  perform private.audit('erase_learner', 'learner.state', n.user_id::text, null, jsonb_build_object('reason', n.reason)) from unnest(v_noted) n;
  return cardinality(v_noted);
end
$$;
comment on function private.note_erasures(jsonb) is
  'Adds learners to ops.erasure: [{user_id, reason, requested_at}]. Returns how many rows were added or changed to account_deleted; each is audited.';

create function ops.erase_learner(p_user uuid, p_reason text default 'requested')
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.refuse_during_upgrade();
  perform private.refuse_adopted(p_user);
  if private.note_erasures(jsonb_build_array(jsonb_build_object('user_id', p_user, 'reason', p_reason))) = 0 then
    -- Asked for again.
    perform private.audit('erase_learner', 'learner.state', p_user::text, null, jsonb_build_object('reason', p_reason));
  end if;
  perform private.erase_learners(array[p_user], 20000);
  return (select e.erased_at from ops.erasure e where e.user_id = p_user);
end
$$;
comment on function ops.erase_learner(uuid, text) is
  'Erases all rows of a learner permanently, also during the grace period of a deleted account; their devices are refused as erased from then on. '
  'Returns the time of completion. Null: pg_cron continues. The account stays: delete it through Auth. For admins; audited. Errors: learner_adopted.';

-- Source: schemas/90_people/deleted_accounts.sql
-- What:  the triggers on auth.users that start a grace period, cancel_deletion(), and end_grace_periods(), which requests the erasures.
-- Why:   a deleted account asks for an erasure (O5), but the person who clicked may have been wrong.

create function private.begin_deletions(p_users uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_begun uuid[];
begin
  -- Data that was erased before has no grace period: only the reason changes.
  perform private.note_erasures((
    select coalesce(jsonb_agg(jsonb_build_object('user_id', e.user_id, 'reason', 'account_deleted')), '[]')
    from ops.erasure e where e.user_id = any (p_users)));
  with begun as (
    insert into ops.account_deletion (user_id, deleted_at, erase_at)
    select u.id, v_now, v_now + s.grace
    from unnest(p_users) u (id) cross join ops.deletion_setting s
    where not exists (select from ops.erasure e where e.user_id = u.id)
      -- The data of an adopted learner is another account's.
      and not exists (select from learner.adoption a where a.user_id = u.id)
    on conflict do nothing
    returning user_id
  )
  select array_agg(b.user_id) into v_begun from begun b;
  perform private.audit('delete_account', 'learner.state', d.user_id::text, null, jsonb_build_object('erase_at', d.erase_at))
  from ops.account_deletion d where d.user_id = any (v_begun);
end
$$;
comment on function private.begin_deletions(uuid[]) is 'Starts the grace period of deleted accounts. Nothing of their data changes yet.';

create function ops.cancel_deletion(p_user uuid, p_reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  if private.end_deletions(array[p_user], p_reason) = '{}' then
    perform private.raise_error('record_unknown', 'The account of this learner was not deleted, or its grace period is over.', p_user::text);
  end if;
end
$$;
comment on function ops.cancel_deletion(uuid, text) is
  'Keeps the data of a deleted account. The learner needs an account with the same id again. For admins; audited. Errors: support_invalid, record_unknown.';

create function private.note_deleted(p_users uuid[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count constant integer := cardinality(p_users);
begin
  return private.note_erasures((
    select coalesce(jsonb_agg(jsonb_build_object('user_id', u.id, 'reason', 'account_deleted')), '[]') from unnest(p_users) u (id)));
exception
  -- Another transaction is just putting one of them behind the barrier. The others do not wait for it.
  when lock_not_available then
    if v_count = 1 then
      return 0;
    end if;
    return private.note_deleted(p_users[1:v_count / 2]) + private.note_deleted(p_users[v_count / 2 + 1:v_count]);
end
$$;
comment on function private.note_deleted(uuid[]) is 'Puts learners whose account is deleted behind the barrier, but not those whom another transaction holds. Returns the number noted.';

create function ops.end_grace_periods(p_accounts integer default 1000)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_due uuid[];
  v_barred uuid[];
  v_live uuid[];
begin
  perform private.require_role('admin');
  -- A row that somebody holds, here or behind the barrier, waits for a later run.
  v_due := array(
    select d.user_id from ops.account_deletion d where d.erase_at <= clock_timestamp()
    order by d.erase_at, d.user_id limit private.row_limit('p_accounts', p_accounts, 1000, 10000) for update skip locked);
  v_barred := array(select e.user_id from ops.erasure e where e.user_id = any (v_due) order by e.user_id for update skip locked);
  v_due := array(
    select d.id from unnest(v_due) d (id)
    where d.id = any (v_barred) or not exists (select from ops.erasure e where e.user_id = d.id));
  -- An account that was made again under its id is somebody's. The data of an adopted learner is another account's.
  v_live := array(
    select u.id from auth.users u where u.id = any (v_due) and u.deleted_at is null
    union
    select a.user_id from learner.adoption a where a.user_id = any (v_due));
  perform private.end_deletions(v_live, 'The account exists again, or was adopted.');
  return private.note_deleted(array(select d.id from unnest(v_due) d (id) where d.id <> all (v_live)));
end
$$;
comment on function ops.end_grace_periods(integer) is
  'Requests the erasure of at most p_accounts accounts whose grace period is over, and keeps accounts that exist again. Returns the number of '
  'erasures. ops.run_erasures() calls it; for admins.';

create function private.account_deleted()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Only noted: deleting a user must neither fail nor wait for a learner's rows. An account that lived until now was made again after an
  -- earlier deletion, whose grace period has nothing to do with this one.
  perform private.end_deletions(array(select o.id from old_rows o where o.deleted_at is null), 'The account exists again.');
  perform private.begin_deletions(array(select o.id from old_rows o));
  return null;
end
$$;
comment on function private.account_deleted() is 'Trigger: after accounts are deleted, their grace period starts.';

create function private.accounts_of_all()
returns uuid[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(select u.id from auth.users u);
end
$$;
comment on function private.accounts_of_all() is 'The ids of all accounts.';

create function private.accounts_truncated()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_users constant uuid[] := private.accounts_of_all();
begin
  perform private.end_deletions(v_users, 'The account exists again.');
  perform private.begin_deletions(v_users);
  return null;
end
$$;
comment on function private.accounts_truncated() is 'Trigger: before all accounts are deleted by TRUNCATE, their grace periods start.';

create function private.account_soft_deleted()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.deleted_at is null then
    perform private.end_deletions(array[new.id], 'The account was restored.');
  else
    perform private.end_deletions(array[new.id], 'The account exists again.');
    perform private.begin_deletions(array[new.id]);
  end if;
  return null;
end
$$;
comment on function private.account_soft_deleted() is 'Row trigger: a soft delete starts the grace period, and its withdrawal ends it.';

create trigger user_account_deleted after delete on auth.users
  referencing old table as old_rows for each statement execute function private.account_deleted();
create trigger user_accounts_truncated before truncate on auth.users
  for each statement execute function private.accounts_truncated();
create trigger user_account_soft_deleted after update of deleted_at on auth.users
  for each row when ((old.deleted_at is null) <> (new.deleted_at is null)) execute function private.account_soft_deleted();

-- Source: schemas/90_people/run_erasures.sql
-- What:  run_erasures(), the job that continues all pending erasures for some seconds.
-- Why:   a run commits what it has deleted, so an erasure always gets on, however many wait (O5).

create function ops.run_erasures(p_rows integer default 200000, p_time interval default '10 seconds')
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- A row that somebody locks by hand delays its own learner, not the run: halving a pass of 100 waits for it seven times.
set lock_timeout = '200ms'
as $$
declare
  v_began constant timestamptz := clock_timestamp();
  v_users uuid[];
  v_again boolean;
  v_count integer;
  v_most integer;
  v_done integer := 0;
  v_error text;
begin
  perform private.require_role('admin');
  if private.is_upgrading() then
    perform private.record_job('erasures', null, null);
    return 0;
  end if;
  -- A run that was cancelled has done nothing. The next one takes half as many rows.
  v_most := greatest(private.row_limit('p_rows', p_rows, 200000, 10000000) >> least((select j.failures from ops.job j where j.name = 'erasures'), 10), 1);
  begin
    perform ops.end_grace_periods();
  exception when others then
    -- Erasures that were asked for go on meanwhile.
    v_error := format('The grace periods could not be ended: %s (%s)', sqlerrm, sqlstate);
  end;
  loop
    -- The least recently tried first, so that everybody gets on. A failed erasure waits for 2, 4, 8 … minutes, at most 6 hours. A row that
    -- somebody holds, such as a console with an open ops.erase_learner(), waits for a later run.
    select array_agg(d.user_id), bool_or(d.tried_at >= v_began) into v_users, v_again
    from (
      select e.user_id, e.tried_at from ops.erasure e
      where e.erased_at is null
        and (e.failures = 0 or e.tried_at < v_began - least(interval '1 minute' * 2 ^ least(e.failures, 10), interval '6 hours'))
      order by e.tried_at nulls first, e.requested_at, e.user_id
      limit 100
      for update skip locked
    ) d;
    -- Everybody who is left is busy.
    exit when v_users is null or (v_again and v_count = 0);
    v_count := private.erase_or_bisect(v_users, least(v_most - v_done, 20000), v_began + p_time);
    v_done := v_done + v_count;
    exit when v_done >= v_most or clock_timestamp() >= v_began + p_time;
  end loop;
  perform private.record_job('erasures', v_error, case when v_done > 0 then jsonb_build_object('rows', v_done) end);
  return v_done;
end
$$;
comment on function ops.run_erasures(integer, interval) is
  'Continues pending erasures until p_rows rows are deleted or p_time is over, in passes of 100 learners and 20,000 rows. Returns the number of rows. '
  'Runs by pg_cron; for admins.';

select private.schedule_job('erasures', '30 seconds', '1 minute', 'select ops.run_erasures()');

-- Source: schemas/90_people/idle_learners.sql
-- What:  idle_learners(), the learners who have made no contact for some time.
-- Why:   a clean-up of anonymous accounts by their date of creation deletes learners who study every day (O5).
create function ops.idle_learners(
  p_idle interval, p_anonymous boolean default null, p_rows integer default 1000, p_after timestamptz default null, p_after_user uuid default null)
returns table (user_id uuid, is_anonymous boolean, last_contact_at timestamptz)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows constant integer := private.row_limit('p_rows', p_rows, 1000, 10000);
  v_shown uuid[] := '{}';
begin
  perform private.require_role('admin');
  perform private.require_interval('p_idle', p_idle, '1 day');
  for user_id, is_anonymous, last_contact_at in
  select k.id, k.is_anonymous, c.at
  from (
    select u.id, u.is_anonymous, greatest(u.created_at, u.last_sign_in_at) as at from auth.users u where u.deleted_at is null
    union all
    -- Learners of another sign-in service have no account here.
    select s.user_id, null, null from learner.state s
    where not exists (select from auth.users u where u.id = s.user_id)
      and not exists (select from ops.account_deletion d where d.user_id = s.user_id)
  ) k
  cross join lateral (
    -- A device shows itself at least twice an hour while it is in use. A token is refreshed even where nothing is sent.
    select greatest(k.at,
      (select max(d.last_seen_at) from learner.device d where d.user_id = k.id),
      (select max(b.created_at) from learner.state b where b.user_id = k.id),
      (select max(greatest(n.updated_at, n.refreshed_at at time zone 'utc')) from auth.sessions n where n.user_id = k.id)) as at
  ) c
  where c.at < now() - p_idle and (p_anonymous is null or k.is_anonymous = p_anonymous)
    and (p_after is null or (c.at, k.id) > (p_after, coalesce(p_after_user, '00000000-0000-0000-0000-000000000000')))
    and not exists (select from ops.erasure e where e.user_id = k.id)
  order by c.at, k.id
  limit v_rows
  loop
    v_shown := v_shown || user_id;
    return next;
  end loop;
  perform private.audit_look('idle_learners', 'auth.users', v_shown, jsonb_build_object('idle', p_idle, 'anonymous', p_anonymous));
end
$$;
comment on function ops.idle_learners(interval, boolean, integer, timestamptz, uuid) is
  'Learners without any contact for p_idle, longest idle first, at most p_rows (10,000). p_anonymous: true for anonymous accounts alone, false for all '
  'others. p_after and p_after_user: the last row of the page before. is_anonymous is null without an account. For admins; audited, for each learner too.';

-- Source: schemas/90_people/restore.sql
-- What:  export_erasures() and reapply_erasures(), which keep erasures through a restore from backup.
-- Why:   an older copy of the database contains data that was erased later, and lacks the barrier (O5). See docs/restore.md.
create table ops.erasure_check (
  history    text not null,
  checked_at timestamptz not null default now(),
  constraint erasure_check_pkey primary key (history)
);
comment on table ops.erasure_check is
  'The histories with complete erasures: the first one, and those for which ops.reapply_erasures() was called.';
alter table ops.erasure_check enable row level security;
create policy erasure_check_all_nobody on ops.erasure_check for all to anon, authenticated using (false);
insert into ops.erasure_check (history) values (private.history());

create function ops.export_erasures(p_since timestamptz default null)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.audit('export_erasures', 'ops.erasure', null, null, jsonb_build_object('since', p_since));
  return jsonb_build_object('history', private.history(), 'exported_at', clock_timestamp(), 'erasures', coalesce((
    select jsonb_agg(jsonb_strip_nulls(to_jsonb(e)) order by e.requested_at, e.user_id)
    from (
      select x.user_id, x.reason, x.requested_at, null::timestamptz as erase_at from ops.erasure x
      union all
      -- The grace period goes on after a restore.
      select d.user_id, 'account_deleted', d.deleted_at, d.erase_at from ops.account_deletion d
    ) e
    -- Ten minutes more, because a transaction that began before the last export may have committed after it.
    where p_since is null or e.requested_at >= p_since - interval '10 minutes'), '[]'));
end
$$;
comment on function ops.export_erasures(timestamptz) is
  'The erased learners and those whose account was deleted (since a time, or all) as JSON. Keep it outside the database, beside its backups. For admins; audited.';

create function private.keep_grace_periods(p_erasures jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update ops.account_deletion d set deleted_at = least(x.requested_at, x.erase_at), erase_at = x.erase_at
  from jsonb_to_recordset(p_erasures) as x (user_id uuid, requested_at timestamptz, erase_at timestamptz)
  where d.user_id = x.user_id and x.erase_at <> d.erase_at;
end
$$;
comment on function private.keep_grace_periods(jsonb) is 'Ends grace periods when an export says. Its caller has deleted the accounts, which began them anew.';

create function ops.reapply_erasures(p_export jsonb)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  perform private.require_role('admin');
  if jsonb_typeof(p_export -> 'erasures') is distinct from 'array' then
    perform private.raise_error('export_invalid', '`erasures` must be a list, as in the result of ops.export_erasures().', 'erasures');
  end if;
  -- Erasures older than the copy need nothing: the copy has no rows of these learners, and its barrier refuses their devices.
  -- Deleted accounts keep the end of their grace period. If that is over, the next run of the job requests the erasure.
  insert into ops.account_deletion (user_id, deleted_at, erase_at)
  select x.user_id, least(x.requested_at, x.erase_at), x.erase_at
  from jsonb_to_recordset(p_export -> 'erasures') as x (user_id uuid, requested_at timestamptz, erase_at timestamptz)
  where x.erase_at is not null and not exists (select from ops.erasure e where e.user_id = x.user_id)
  on conflict do nothing;
  get diagnostics v_count = row_count;
  v_count := v_count + private.note_erasures((
    select coalesce(jsonb_agg(x), '[]') from jsonb_array_elements(p_export -> 'erasures') x where x -> 'erase_at' is null));
  -- A restored account contains the e-mail address again. (Deleting it notes the erasure again, which changes nothing.)
  delete from auth.users u
  where u.id in (select e.user_id from ops.erasure e where e.reason = 'account_deleted' union all select d.user_id from ops.account_deletion d);
  perform private.keep_grace_periods(p_export -> 'erasures');
  insert into ops.erasure_check (history) values (private.history()) on conflict do nothing;
  perform private.audit('reapply_erasures', 'ops.erasure', null, null, jsonb_build_object('erasures', v_count, 'exported_at', p_export -> 'exported_at'));
  return v_count;
end
$$;
comment on function ops.reapply_erasures(jsonb) is
  'After a restore: erases the learners again who were erased after the copy was made, accounts included; pg_cron deletes the rows. Needs the newest export, '
  'or {"erasures": []} if there were none. Returns how many were new. Ends the alarm erasures_unchecked. For admins.';

-- Source: schemas/90_people/expected_upgrade.sql
-- What:  expect_upgrade(), which declares a planned upgrade of the project, and the job that ends the declaration.
-- Why:   an upgrade changes the cluster's identifier but loses nothing. Without the declaration every device would start over.

create function private.declare_upgrade(p_until timestamptz)
returns void
language sql
volatile
security definer -- the write of an operation is not an edit by hand
set search_path = pg_catalog, pg_temp
as $$
  update ops.history h set kept_id = private.history(), kept_for = private.database_fingerprint(), upgrade_until = p_until where h.singleton
$$;
comment on function private.declare_upgrade(timestamptz) is 'Keeps the history for an upgrade until this time.';

create function ops.expect_upgrade(p_within interval default '2 hours')
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_until timestamptz;
begin
  perform private.require_role('admin');
  perform private.require_interval('p_within', p_within, '10 minutes', '1 day');
  v_until := now() + p_within;
  perform private.declare_upgrade(v_until);
  -- Batches under way end first. Later ones wait here, and then see the declaration.
  lock table learner.state in share mode;
  -- Nothing of a learner is written and nothing published from now on (private.refuse_during_upgrade). So a backup that contains the declaration
  -- lacks nothing of theirs either. This row tells apps before they sync.
  update ops.steering s set paused = true, pause_reason = 'The service is being upgraded.'
  where s.platform is null and s.app_from is null and s.app_before is null and s.paused is not true;
  perform private.audit('expect_upgrade', 'ops.history', null, null, jsonb_build_object('until', v_until));
  return v_until;
end
$$;
comment on function ops.expect_upgrade(interval) is
  'Declares an upgrade of the project: the history stays if only the cluster''s identifier changes within this time. Nothing of learners is written until then. For one upgrade. Admins.';

create function private.end_declaration(p_kept_for text, p_result text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update ops.history h set upgrade_until = null, kept_for = p_kept_for where h.singleton;
  perform private.audit('settle_upgrade', 'ops.history', null, null, jsonb_build_object('result', p_result, 'history', private.history()));
end
$$;
comment on function private.end_declaration(text, text) is 'Ends the declaration of an upgrade. The history stays for this fingerprint of the database. Audited.';

create function ops.settle_upgrade(p_cancel boolean default false)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant text := private.database_fingerprint();
  v_history ops.history;
  v_result text;
begin
  perform private.require_role('admin');
  select h.* into v_history from ops.history h where h.upgrade_until is not null for update;
  if not found then
    return null;
  end if;
  v_result := case
    when v_history.upgrade_until > now() and private.is_upgrade(v_history.kept_for, v_now) then 'upgraded'
    when v_history.kept_for <> v_now then 'restored'
    when p_cancel then 'cancelled'
    when v_history.upgrade_until <= now() then 'not upgraded'
  end;
  if v_result is null then
    return 'expected';
  end if;
  perform private.end_declaration(case when v_result = 'upgraded' then v_now else v_history.kept_for end, v_result);
  update ops.steering s set paused = false, pause_reason = null
  where s.platform is null and s.app_from is null and s.app_before is null and s.pause_reason = 'The service is being upgraded.';
  return v_result;
end
$$;
comment on function ops.settle_upgrade(boolean) is
  'Ends the declaration of an upgrade once it has happened, was not one, or its time is over, and resumes sync. p_cancel ends it at once. Runs by pg_cron.';

select private.schedule_job('upgrade', '* * * * *', '1 minute', 'select ops.settle_upgrade() as result');

-- Source: schemas/90_people/adoption_moves.sql
-- What:  the parts of an adoption: each moves one kind of an anonymous learner's rows to the account. The caller holds both locks.
-- Why:   nothing may be lost or counted twice, also where both have rows under the same key (U3, U10).

create function private.move_events(p_from uuid, p_to uuid, p_now timestamptz, out moved integer, out duplicate integer, out conflict integer)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_seq bigint;
  v_voids jsonb;
begin
  -- 1 Ids that the account has too. The same event is a duplicate. Another event under the id waits for support, as in ingest.
  with mine as (
    select e.event_id, e.type, e.type_version, e.device_id, e.occurred_at, e.utc_offset_minutes, e.clock_offset_ms, e.answered_at, e.clock_skew_ms, e.body,
      e.received_at
    from learner.event e where e.user_id = p_from
    union all
    select t.event_id, t.type, t.type_version, t.device_id, t.occurred_at, t.utc_offset_minutes, null, null, null, t.body, t.received_at
    from ops.telemetry t where t.user_id = p_from
  ),
  theirs as (
    select e.event_id, e.type, e.type_version, e.occurred_at, e.body from learner.event e where e.user_id = p_to
    union all
    select t.event_id, t.type, t.type_version, t.occurred_at, t.body from ops.telemetry t where t.user_id = p_to
  ),
  taken as materialized (
    select m.*, (h.type, h.type_version, h.occurred_at) = (m.type, m.type_version, m.occurred_at) and private.is_same_body(h.body, m.body) as is_same
    from mine m join theirs h using (event_id)
  ),
  kept as (
    insert into ops.quarantine (
      user_id, sha256, event_id, code, body, device_id, reason, status, first_seen_at, last_seen_at, clock_skew_ms, knowledge, tried_at)
    select p_to, sha256(convert_to(b.line, 'UTF8')), t.event_id, 'id_conflict', b.line, t.device_id, 'adopted from ' || p_from,
      private.waiting_status('id_conflict'), t.received_at, p_now, t.clock_skew_ms, k.number, p_now
    from taken t
    cross join private.knowledge k
    cross join lateral (select (jsonb_strip_nulls(jsonb_build_object('clock_offset_ms', t.clock_offset_ms,
      'answered_at', to_char(t.answered_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))) || jsonb_build_object('id', private.uuid_to_ulid(t.event_id), 'type', t.type, 'version', t.type_version,
      'learner_id', p_from, 'device_id', t.device_id, 'occurred_at', to_char(t.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'utc_offset_minutes', t.utc_offset_minutes, 'body', t.body))::text) b (line)
    where not t.is_same
    on conflict (user_id, sha256) do nothing
  ),
  gone as (
    delete from learner.event e where e.user_id = p_from and e.event_id in (select t.event_id from taken t)
  ),
  gone_too as (
    delete from ops.telemetry x where x.user_id = p_from and x.event_id in (select t.event_id from taken t)
  )
  select count(*) filter (where t.is_same), count(*) filter (where not t.is_same) into duplicate, conflict from taken t;

  -- 2 The rest counts as if it had arrived under the account. Support's voids stay, but a void of a skill's progress not for a row
  --   that is the account's as well.
  v_voids := (
    select jsonb_agg(v) from jsonb_array_elements(private.voids_of(p_from)) v
    where v ->> 'kind' <> 'skill_progress'
      or not exists (select from learner.skill_progress p where p.user_id = p_to and p.skill_id = (v ->> 'id')::uuid));
  select l.last_seq into v_seq
  from learner.state s cross join lateral private.project_ledger(p_from, p_to, s.change_seq) l
  where s.user_id = p_to;
  update learner.state s set
    change_seq = v_seq, newest_event = greatest(s.newest_event, (select o.newest_event from learner.state o where o.user_id = p_from))
  where s.user_id = p_to;
  perform private.restore_voids(p_to, v_voids);

  -- 3 The ledger and the telemetry themselves.
  update learner.event e set user_id = p_to where e.user_id = p_from;
  get diagnostics moved = row_count;
  update ops.telemetry t set user_id = p_to where t.user_id = p_from;
  insert into ops.telemetry_horizon as h (user_id, device_id, last_event)
  select p_to, x.device_id, x.last_event from ops.telemetry_horizon x where x.user_id = p_from
  on conflict (user_id, device_id) do update set last_event = greatest(h.last_event, excluded.last_event);
  delete from ops.telemetry_horizon x where x.user_id = p_from;
  delete from learner.session x where x.user_id = p_from;
  delete from learner.attempt x where x.user_id = p_from;
  delete from learner.skill_progress x where x.user_id = p_from;
  delete from learner.practice x where x.user_id = p_from;
  delete from ops.projection_difference x where x.user_id = p_from;
end
$$;
comment on function private.move_events(uuid, uuid, timestamptz) is
  'Moves ledger and telemetry, and projects what is new to the account. Returns the ledger''s events that moved, and those of both that the account had.';

create function private.move_quarantine(p_from uuid, p_to uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Copies, because actions refer to their row and are never updated. A held event is tried again at the next contact.
  insert into ops.quarantine as q (
    user_id, sha256, event_id, code, field, body, mended_body, device_id, batch_id, origin, reason, status, first_seen_at, last_seen_at,
    clock_skew_ms, times_seen, knowledge, waits_for, tried_at, resolved_at, resolved_event)
  select p_to, o.sha256, o.event_id, o.code, o.field, o.body, o.mended_body, o.device_id, o.batch_id, o.origin, o.reason, o.status, o.first_seen_at,
    o.last_seen_at, o.clock_skew_ms, o.times_seen, case when o.status = 'held' then 0 else o.knowledge end, o.waits_for, o.tried_at, o.resolved_at, o.resolved_event
  from ops.quarantine o
  where o.user_id = p_from
  on conflict (user_id, sha256) do update set
    clock_skew_ms = case when excluded.first_seen_at < q.first_seen_at then excluded.clock_skew_ms else q.clock_skew_ms end,
    first_seen_at = least(q.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(q.last_seen_at, excluded.last_seen_at),
    times_seen = q.times_seen + excluded.times_seen;
  insert into ops.quarantine_action (
    user_id, sha256, number, at, actor, actor_role, action, reason, before_body, after_body, after_sha256, outcome, code, field, event_id)
  select p_to, o.sha256, o.number + coalesce(n.taken, 0), o.at, o.actor, o.actor_role, o.action, o.reason, o.before_body, o.after_body,
    o.after_sha256, o.outcome, o.code, o.field, o.event_id
  from ops.quarantine_action o
  left join (select a.sha256, max(a.number) as taken from ops.quarantine_action a where a.user_id = p_to group by a.sha256) n on n.sha256 = o.sha256
  where o.user_id = p_from;
  delete from ops.quarantine_action x where x.user_id = p_from;
  delete from ops.quarantine x where x.user_id = p_from;
  delete from ops.quarantine_load x where x.user_id = p_from;
  delete from ops.replay_queue x where x.user_id = p_from;
end
$$;
comment on function private.move_quarantine(uuid, uuid) is 'Moves quarantined events and what support did with them. A text that both have stays once.';

create function private.move_contacts(p_from uuid, p_to uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A device that both know is the same installation. A revocation of either counts.
  insert into learner.device as d (
    user_id, device_id, platform, app_version, contract_version, content_version, first_seen_at, last_seen_at, clock_skew_ms, queue_lag_ms, revoked_at)
  select p_to, o.device_id, o.platform, o.app_version, o.contract_version, o.content_version, o.first_seen_at, o.last_seen_at, o.clock_skew_ms,
    o.queue_lag_ms, o.revoked_at
  from learner.device o
  where o.user_id = p_from
  order by o.last_seen_at, o.device_id
  on conflict (user_id, device_id) do update set
    first_seen_at = least(d.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(d.last_seen_at, excluded.last_seen_at),
    revoked_at = least(d.revoked_at, excluded.revoked_at);
  delete from learner.device x where x.user_id = p_from;
  -- These sessions are the anonymous user's. The account's tokens never name them.
  delete from learner.device_session x where x.user_id = p_from;

  update learner.batch b set user_id = p_to
  where b.user_id = p_from
    and not exists (select from learner.batch o where o.user_id = p_to and o.received_at = b.received_at and o.batch_id = b.batch_id);
  delete from learner.batch x where x.user_id = p_from;
  update ops.content_report r set user_id = p_to, number = r.number + coalesce((
    select max(o.number) from ops.content_report o where o.user_id = p_to and o.reported_on = r.reported_on), 0)
  where r.user_id = p_from;
  delete from ops.change_note x where x.user_id = p_from;
end
$$;
comment on function private.move_contacts(uuid, uuid) is 'Moves devices, the log of batches and content reports.';

-- Source: schemas/90_people/adopt_learner.sql
-- What:  adopt_learner(): an account takes over the data of an anonymous learner.
-- Why:   who tries the app first and then signs in to an account that exists must keep what they learned (U10).

create function private.lock_learners(p_users uuid[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- In one order for everybody, so that two adoptions never wait for each other. A batch waits for one learner alone.
  insert into learner.state (user_id) select u.id from unnest(p_users) u (id) order by u.id on conflict do nothing;
  perform from learner.state s where s.user_id = any (p_users) order by s.user_id for update;
  perform private.refuse_during_upgrade();
end
$$;
comment on function private.lock_learners(uuid[]) is 'Takes the locks of several learners, as ingest does.';

create function private.adopt_learner(p_account uuid, p_anonymous uuid, p_source text)
returns learner.adoption
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_moved record;
  v_adoption learner.adoption;
  v_record jsonb;
begin
  -- 1 The data, in one transaction. Batches of both learners wait.
  v_moved := private.move_events(p_anonymous, p_account, v_now);
  perform private.move_quarantine(p_anonymous, p_account);
  perform private.move_contacts(p_anonymous, p_account);

  -- 2 From here on the old id takes nothing. What it had adopted itself is the account's, too.
  delete from learner.state s where s.user_id = p_anonymous;
  update learner.adoption a set adopted_by = p_account, change_seq = s.change_seq
  from learner.state s where a.adopted_by = p_anonymous and s.user_id = p_account;
  insert into learner.adoption (user_id, adopted_by, adopted_at, change_seq, moved, duplicate, conflict)
  select p_anonymous, p_account, v_now, s.change_seq, v_moved.moved, v_moved.duplicate, v_moved.conflict
  from learner.state s where s.user_id = p_account
  returning * into v_adoption;

  -- 3 A trace for both learners, and a hint for the account's devices, which pull the new rows.
  v_record := jsonb_build_object('anonymous', p_anonymous, 'account', p_account, 'moved', v_moved.moved, 'duplicate', v_moved.duplicate,
    'conflict', v_moved.conflict, 'by', p_source);
  perform private.audit('adopt_learner', 'learner.state', l.id::text, null, v_record) from unnest(array[p_anonymous, p_account]) l (id);
  insert into ops.change_note (user_id, change_seq) values (p_account, v_adoption.change_seq) on conflict do nothing;
  return v_adoption;
end
$$;
comment on function private.adopt_learner(uuid, uuid, text) is
  'Moves all data of an anonymous learner to an account. The caller has checked both, and holds both locks.';

create function private.adoption_of(p_account uuid, p_anonymous uuid)
returns learner.adoption
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_adoption learner.adoption;
begin
  if p_account = p_anonymous then
    perform private.raise_error('adoption_refused', 'The account and the anonymous learner are the same.', 'same_learner');
  end if;
  perform private.refuse_absent(p_account);
  select * into v_adoption from learner.adoption a where a.user_id = p_anonymous;
  if v_adoption is null then
    -- Their rows are in another cell, from which they would be missing here. The account's devices wait and do not follow.
    perform private.refuse_moved(p_anonymous, false);
  end if;
  if v_adoption.adopted_by <> p_account then
    perform private.raise_error('adoption_refused', 'Another account has adopted this learner.', 'adopted_by_another');
  elsif v_adoption is not null then
    -- Made again by lock_learners().
    delete from learner.state s where s.user_id = p_anonymous;
  elsif exists (select from ops.erasure e where e.user_id = p_anonymous) then
    -- Not `erased`, which tells a device to delete what the account has.
    perform private.raise_error('adoption_erased');
  end if;
  return v_adoption;
end
$$;
comment on function private.adoption_of(uuid, uuid) is
  'The adoption, if it has happened; null if it may happen. Raises adoption_refused or adoption_erased; erased or learner_adopted for the account. '
  'The caller holds both locks.';

create function private.adoption_json(p_adoption learner.adoption)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object('learner_id', p_adoption.user_id,
    'adopted_at', to_char(p_adoption.adopted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'token', private.history() || '.' || p_adoption.change_seq,
    'moved', p_adoption.moved, 'duplicate', p_adoption.duplicate, 'conflict', p_adoption.conflict)
$$;
comment on function private.adoption_json(learner.adoption) is 'An adoption in the form that devices read.';

create function ops.adopt_learner(p_account uuid, p_anonymous uuid, p_reason text)
returns json
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_adoption learner.adoption;
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  perform private.lock_learners(array[p_account, p_anonymous]);
  v_adoption := private.adoption_of(p_account, p_anonymous);
  if v_adoption is null then
    if not exists (select from auth.users u where u.id = p_account and u.deleted_at is null) then
      perform private.raise_error('record_unknown', 'There is no such account.', p_account::text);
    elsif exists (select from auth.users u where u.id = p_anonymous and not u.is_anonymous) then
      perform private.raise_error('adoption_refused', 'This learner has an account of their own.', 'not_anonymous');
    end if;
    v_adoption := private.adopt_learner(p_account, p_anonymous, p_reason);
  end if;
  return private.adoption_json(v_adoption);
end
$$;
comment on function ops.adopt_learner(uuid, uuid, text) is
  'The same by hand: for a learner whose device has lost its session, or who has too many events for it. Find out first that both are the same person. '
  'For admins; audited. Errors: support_invalid, record_unknown, adoption_refused, adoption_erased, erased, learner_adopted.';

-- Source: schemas/90_people/adopt_for.sql
-- What:  adopt_for(), an adoption that a device asks for, with proof of both sessions.
-- Why:   nobody may take over a learner without their phone, nor an account that is not anonymous (I9, U10).

create function private.adopt_for(p_account uuid, p_session uuid, p_anonymous uuid, p_anonymous_session uuid)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- 20,000 events take 3 s, or 4.5 s under sixfold overload. A statement of carrel_edge may take 8 s.
  v_most constant integer := private.max_adopted_events();
  v_events integer;
  v_adoption learner.adoption;
  v_refusal json;
begin
  -- 0 Without a proof nothing is moved, and an adoption that has happened is only reported. A device asks again after a restore of the
  --   server, when its proof may be too old. No lock of a learner whom the caller only names.
  if p_anonymous_session is null then
    perform private.require_running(null, null);
    perform private.require_session(p_account, p_session, null);
    select * into v_adoption from learner.adoption a where a.user_id = p_anonymous and a.adopted_by = p_account;
    if v_adoption is null then
      perform private.raise_error('adoption_proof_invalid', p_info => 'anonymous_token');
    end if;
    return private.adoption_json(v_adoption);
  end if;

  -- 1 Both learners' locks, in a statement of its own. Everything after sees what the last holders committed.
  perform private.lock_learners(array[p_account, p_anonymous]);
  perform private.require_running(null, null);
  perform private.require_session(p_account, p_session, null);

  -- 2 A repeated call has the same answer.
  v_adoption := private.adoption_of(p_account, p_anonymous);
  if v_adoption is not null then
    return private.adoption_json(v_adoption);
  end if;

  -- 3 The function has verified the signature of the anonymous token, which may have expired. So its session must still live.
  if private.session_refusal(p_anonymous, p_anonymous_session, null) is not null then
    perform private.raise_error('adoption_proof_invalid', p_info => 'anonymous_token');
  elsif not (private.account_of(p_anonymous, p_anonymous_session)).is_anonymous then
    perform private.raise_error('adoption_refused', 'This learner has an account of their own.', 'not_anonymous');
  end if;

  -- 4 Bounds: as many events as the device's batches may bring, and out of the account's buckets.
  select count(*) into v_events
  from (
    select from learner.event e where e.user_id = p_anonymous
    union all select from ops.telemetry t where t.user_id = p_anonymous
    union all select from ops.quarantine q where q.user_id = p_anonymous
    limit v_most + 1
  ) x;
  if v_events > v_most then
    perform private.raise_error('adoption_too_large', format('A device can have at most %s events adopted.', v_most), v_most::text);
  end if;
  v_refusal := private.take_tokens(p_account, least(v_events, private.max_batch_events()));
  if v_refusal is not null then
    return v_refusal;
  end if;
  return private.adoption_json(private.adopt_learner(p_account, p_anonymous, 'device'));
end
$$;
comment on function private.adopt_for(uuid, uuid, uuid, uuid) is
  'An account adopts an anonymous learner: {learner_id, adopted_at, token, moved, duplicate, conflict}, the same at every call, or {refused} if a rate limit '
  'is exceeded. The caller has verified the account''s token, and the anonymous one if p_anonymous_session is not null. Errors: paused, unauthenticated, '
  'session_ended, device_revoked, erased, learner_adopted, adoption_proof_invalid, adoption_refused, adoption_erased, adoption_too_large; lock_timeout if one of them is busy.';
grant execute on function private.adopt_for(uuid, uuid, uuid, uuid) to carrel_edge;

-- Source: schemas/90_people/webhooks.sql
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

-- Source: schemas/90_people/retention_setting.sql
-- What:  ops.retention_setting: how long the rows of tables are kept that have no other setting for it.
-- Why:   what is not needed any more should go, by configuration (O5). What correctness needs has no row here and is kept.
create table ops.retention_setting (
  id            text not null,
  keep          interval,
  keep_at_least interval not null,
  constraint retention_setting_pkey primary key (id),
  constraint retention_setting_keep_long_enough check (keep >= keep_at_least)
);
comment on table ops.retention_setting is
  'One row a table. keep: how long its settled rows are kept; null: for good. ops.retention() lists all tables, ops.set_retention() changes them.';
comment on column ops.retention_setting.keep_at_least is 'The shortest time that is allowed.';
alter table ops.retention_setting enable row level security;
create policy retention_setting_all_nobody on ops.retention_setting for all to anon, authenticated using (false);
insert into ops.retention_setting (id, keep, keep_at_least) values
  ('ops.quarantine', null, '31 days'), ('ops.projection_difference', null, '31 days'), ('ops.webhook_message', '30 days', '1 day');
create trigger retention_setting_audit_insert after insert on ops.retention_setting
  referencing new table as new_rows for each statement execute function private.audit_change();
create trigger retention_setting_audit_update after update on ops.retention_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger retention_setting_stays before delete or truncate on ops.retention_setting
  for each statement execute function private.forbid_change();

-- Source: schemas/90_people/webhook_outbox.sql
-- What:  the outbox: publishing and erasing write a message and its deliveries, one per endpoint, in the same transaction.
-- Why:   so there is no webhook for a rolled-back release, and no release without its webhook (S2).

create function private.enqueue_message(p_type text, p_version integer, p_at timestamptz, p_data json)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant text := 'msg_' || replace(gen_random_uuid()::text, '-', '');
  v_now constant timestamptz := clock_timestamp();
begin
  insert into ops.webhook_message (id, type, version, body, created_at)
  values (v_id, p_type, p_version, json_build_object('type', p_type, 'timestamp', to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'data', p_data)::text, v_now);
  insert into ops.webhook_delivery (message_id, endpoint_id, next_attempt_at)
  select v_id, e.id, v_now from ops.webhook_endpoint e where e.enabled and p_type = any (e.events);
  if found then
    perform private.wake_function('webhooks');
  end if;
end
$$;
comment on function private.enqueue_message(text, integer, timestamptz, json) is
  'Adds a message to the outbox for each enabled endpoint with this event type, and wakes the dispatcher after the commit.';

create function private.enqueue_webhook()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A roll-back is a release with rollback_to.
  v_rollback_to constant integer := to_jsonb(new) ->> 'rollback_to';
begin
  perform private.enqueue_message(case when v_rollback_to is null then 'release.published' else 'release.rolled_back' end, new.version, new.published_at,
    -- Small and final. A receiver that needs more reads the content at this version.
    json_build_object(
      'history', private.history(), 'version', new.version, 'note', new.note, 'rollback_to', v_rollback_to,
      'domains', new.domains, 'skills', new.skills, 'questions', new.questions,
      'upserts', new.upserts, 'deletes', new.deletes));
  return null;
end
$$;
comment on function private.enqueue_webhook() is 'Row trigger: sends a message for each release.';

create function private.enqueue_erasure()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The form of ops.export_erasures(). Without an interested endpoint no message is written, so that no id is stored needlessly.
  if exists (select from ops.webhook_endpoint e where e.enabled and 'learner.erased' = any (e.events))
    and (tg_op = 'INSERT' or to_jsonb(old) ->> 'reason' <> new.reason) then
    perform private.enqueue_message('learner.erased', null, clock_timestamp(),
      json_build_object('history', private.history(), 'user_id', new.user_id, 'reason', new.reason, 'requested_at', new.requested_at));
  end if;
  return null;
end
$$;
comment on function private.enqueue_erasure() is 'Row trigger: sends a message for each erasure request, if an endpoint asks for them.';

create trigger release_webhook after insert on content.release
  for each row execute function private.enqueue_webhook();
create trigger erasure_webhook after insert or update of reason on ops.erasure
  for each row execute function private.enqueue_erasure();

-- Source: schemas/90_people/webhook_secrets.sql
-- What:  the signing secrets of webhooks in Vault: make one, read the active ones, delete one.
-- Why:   carrel_definer has no rights in Vault. Functions that need a secret use these helpers, which postgres owns.

create function private.new_webhook_secret(p_endpoint uuid, out p_id uuid, out p_secret text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_temporary_objects();
  -- Standard Webhooks requires 24 to 64 bytes.
  p_secret := 'whsec_' || encode(extensions.gen_random_bytes(32), 'base64');
  p_id := vault.create_secret(p_secret, format('carrel_webhook_%s_%s', p_endpoint, left(gen_random_uuid()::text, 8)));
end
$$;
comment on function private.new_webhook_secret(uuid) is 'Makes a signing secret and keeps it in Vault.';

create function private.webhook_secrets(p_current uuid, p_previous uuid)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_temporary_objects();
  return (
    select coalesce(json_agg(s.decrypted_secret order by s.id = p_current desc), '[]') from vault.decrypted_secrets s where s.id in (p_current, p_previous));
end
$$;
comment on function private.webhook_secrets(uuid, uuid) is 'The secrets with these ids, the current one first.';

create function private.forget_webhook_secret(p_id uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$ delete from vault.secrets s where s.id = p_id $$;
comment on function private.forget_webhook_secret(uuid) is 'Deletes a signing secret from Vault.';

-- Source: schemas/90_people/webhook_dispatch.sql
-- What:  the dispatcher's functions: claim due deliveries and report the result of an attempt.
-- Why:   any number of dispatchers may run, and any may be killed at any time. Each delivery has at most one lease;
--        after an expired lease another dispatcher continues (S2).

create function private.webhook_backoff(p_attempts integer, p_jitter double precision)
returns interval
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, 6 h, 23 h, then a day. Jitter subtracts up to half, so that simultaneous failures
  -- are not retried simultaneously. Twelve attempts take 2 to 4 days.
  select least(5 * 4 ^ least(p_attempts - 1, 20), 86400) * (1 - least(greatest(p_jitter, 0), 1) / 2) * interval '1 second'
$$;
comment on function private.webhook_backoff(integer, double precision) is
  'The wait after p_attempts failed attempts (0: a manual retry came meanwhile). p_jitter is a random number from 0 to 1.';

create function private.claim_webhooks(p_limit integer, p_lease_s integer)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_limit constant integer := least(greatest(p_limit, 0), 100);
  v_claimed text;
begin
  -- 1 Deliveries with an expired lease: log the attempt as abandoned. If it was the last attempt, the delivery is dead.
  with lost as (
    select d.message_id, d.endpoint_id, d.attempts, d.claimed_until,
      d.attempts - d.attempts_before >= e.max_attempts as last
    from ops.webhook_delivery d
    join ops.webhook_endpoint e on e.id = d.endpoint_id
    where d.state = 'pending' and d.claimed_until <= v_now
    order by d.next_attempt_at
    limit v_limit
    for update of d skip locked
  ), freed as (
    update ops.webhook_delivery d
    set claimed_until = null, last_outcome = 'abandoned', last_status = null,
      state = case when l.last then 'dead' else 'pending' end,
      -- Counted from the end of the lease, so that an outage of the dispatcher does not use up all attempts within minutes.
      next_attempt_at = case when not l.last then l.claimed_until + private.webhook_backoff(d.attempts - d.attempts_before, 0.5) end,
      settled_at = case when l.last then v_now end
    from lost l
    where d.message_id = l.message_id and d.endpoint_id = l.endpoint_id
  )
  insert into ops.webhook_attempt (message_id, endpoint_id, attempt, at, outcome)
  select l.message_id, l.endpoint_id, l.attempts, l.claimed_until, 'abandoned' from lost l
  on conflict do nothing;

  -- 2 Due deliveries, oldest first.
  with due as (
    select d.message_id, d.endpoint_id
    from ops.webhook_delivery d
    join ops.webhook_endpoint e on e.id = d.endpoint_id
    where d.state = 'pending' and d.claimed_until is null and d.next_attempt_at <= v_now and e.enabled
    order by d.next_attempt_at, d.message_id
    limit v_limit
    for update of d skip locked
  ), claimed as (
    update ops.webhook_delivery d
    set attempts = d.attempts + 1, claimed_until = v_now + least(greatest(p_lease_s, 1), 600) * interval '1 second'
    from due
    where d.message_id = due.message_id and d.endpoint_id = due.endpoint_id
    returning d.message_id, d.endpoint_id, d.attempts
  )
  select json_agg(json_build_object(
    'message_id', c.message_id, 'endpoint_id', c.endpoint_id, 'attempt', c.attempts, 'body', m.body,
    'url', e.url, 'local', e.local,
    'secrets', private.webhook_secrets(e.secret_id, case when e.previous_ends_at > v_now then e.previous_secret_id end))) into v_claimed
  from claimed c
  join ops.webhook_message m on m.id = c.message_id
  join ops.webhook_endpoint e on e.id = c.endpoint_id;
  return coalesce(v_claimed, '[]');
end
$$;
comment on function private.claim_webhooks(integer, integer) is
  'Claims up to p_limit due deliveries with a lease of p_lease_s seconds: message_id, endpoint_id, attempt, body, url, local, secrets of each.';

create function private.record_webhook(
  p_message text, p_endpoint uuid, p_attempt integer, p_outcome text, p_status integer, p_answer text,
  p_duration_ms integer, p_retry_after_s integer, p_jitter double precision)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_delivery ops.webhook_delivery;
  v_dead boolean;
begin
  select d.* into v_delivery from ops.webhook_delivery d
  where d.message_id = p_message and d.endpoint_id = p_endpoint for update;
  if not found or p_attempt not between 1 and v_delivery.attempts then
    return 'unknown';
  end if;

  -- 1 The log. A report after the lease replaces the outcome `abandoned`.
  insert into ops.webhook_attempt as a (message_id, endpoint_id, attempt, at, outcome, status, answer, duration_ms)
  values (p_message, p_endpoint, p_attempt, v_now, p_outcome, p_status, left(p_answer, 300), p_duration_ms)
  on conflict (message_id, endpoint_id, attempt) do update set
    at = excluded.at, outcome = excluded.outcome, status = excluded.status, answer = excluded.answer, duration_ms = excluded.duration_ms
    where a.outcome = 'abandoned';

  -- 2 A successful delivery counts, however late its report is.
  if p_outcome = 'delivered' then
    update ops.webhook_delivery d
    set state = 'delivered', next_attempt_at = null, claimed_until = null, settled_at = v_now, last_outcome = p_outcome, last_status = p_status
    where d.message_id = p_message and d.endpoint_id = p_endpoint and d.state <> 'delivered';
    return 'delivered';
  end if;

  -- 3 A failure counts only if it comes from the newest claim.
  if v_delivery.state <> 'pending' or v_delivery.claimed_until is null or p_attempt <> v_delivery.attempts then
    return v_delivery.state;
  end if;
  -- Waiting does not help with a private target or an endpoint that is gone.
  v_dead := p_outcome in ('gone', 'refused_target')
    or v_delivery.attempts - v_delivery.attempts_before >= (select e.max_attempts from ops.webhook_endpoint e where e.id = p_endpoint);
  update ops.webhook_delivery d
  set claimed_until = null, last_outcome = p_outcome, last_status = p_status,
    state = case when v_dead then 'dead' else 'pending' end, settled_at = case when v_dead then v_now end,
    next_attempt_at = case when not v_dead then v_now + greatest(
      private.webhook_backoff(d.attempts - d.attempts_before, p_jitter),
      -- A receiver may ask for more time, up to a day.
      least(coalesce(p_retry_after_s, 0), 86400) * interval '1 second') end
  where d.message_id = p_message and d.endpoint_id = p_endpoint;
  if p_outcome = 'gone' then
    update ops.webhook_endpoint e set enabled = false where e.id = p_endpoint;
  end if;
  return case when v_dead then 'dead' else 'pending' end;
end
$$;
comment on function private.record_webhook(text, uuid, integer, text, integer, text, integer, integer, double precision) is
  'Reports the result of an attempt and returns the delivery''s state. Failures back off with jitter and are dead after the endpoint''s max_attempts.';

grant execute on function private.claim_webhooks(integer, integer),
  private.record_webhook(text, uuid, integer, text, integer, text, integer, integer, double precision) to carrel_edge;

-- Source: schemas/90_people/webhook_endpoints.sql
-- What:  administration of webhook endpoints: add, list, enable or disable, rotate the secret.
-- Why:   the server makes a secret, shows it once and keeps it in Vault. Two secrets are active during a rotation (S2).

create function private.add_webhook_endpoint(p_url text, p_events text[], p_description text, p_local boolean)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant uuid := gen_random_uuid();
  v_made record;
begin
  perform private.require_role('admin');
  if p_url is null or not private.is_webhook_url(p_url, p_local) then
    perform private.raise_error('signal_invalid', '`url` must be an https URL without user and password.', 'url');
  elsif cardinality(p_events) not between 1 and cardinality(private.webhook_types()) or not p_events <@ private.webhook_types() then
    perform private.raise_error('signal_invalid', format('`events` must be some of %s.', array_to_string(private.webhook_types(), ', ')), 'events');
  elsif length(p_description) > 300 then
    perform private.raise_error('signal_invalid', '`description` may have at most 300 characters.', 'description');
  end if;
  select * into v_made from private.new_webhook_secret(v_id);
  -- Learners' ids are sent only to endpoints that ask for erasures.
  insert into ops.webhook_endpoint (id, url, description, events, local, secret_id)
  values (v_id, p_url, p_description, coalesce(p_events, array['release.published', 'release.rolled_back']), coalesce(p_local, false), v_made.p_id);
  return json_build_object('id', v_id, 'secret', v_made.p_secret);
end
$$;
comment on function private.add_webhook_endpoint(text, text[], text, boolean) is 'The core of add_webhook_endpoint().';

create function private.webhook_endpoints()
returns table (
  id uuid, url text, description text, events text[], enabled boolean, secrets integer, pending bigint, dead bigint, last_delivered_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query
  select e.id, e.url, e.description, e.events, e.enabled, case when e.previous_ends_at > now() then 2 else 1 end,
    count(*) filter (where d.state = 'pending'), count(*) filter (where d.state = 'dead'), max(d.settled_at) filter (where d.state = 'delivered')
  from ops.webhook_endpoint e
  left join ops.webhook_delivery d on d.endpoint_id = e.id
  group by e.id
  order by e.created_at, e.id;
end
$$;
comment on function private.webhook_endpoints() is 'The core of webhook_endpoints().';

create function private.set_webhook_endpoint(p_endpoint uuid, p_enabled boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  update ops.webhook_endpoint e set enabled = p_enabled where e.id = p_endpoint;
  if not found then
    perform private.raise_error('webhook_unknown', 'This webhook endpoint does not exist.', 'endpoint');
  end if;
end
$$;
comment on function private.set_webhook_endpoint(uuid, boolean) is 'The core of set_webhook_endpoint().';

create function private.rotate_webhook_secret(p_endpoint uuid, p_overlap_hours integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_endpoint ops.webhook_endpoint;
  v_made record;
begin
  perform private.require_role('admin');
  select e.* into v_endpoint from ops.webhook_endpoint e where e.id = p_endpoint for update;
  if not found then
    perform private.raise_error('webhook_unknown', 'This webhook endpoint does not exist.', 'endpoint');
  elsif p_overlap_hours is null or p_overlap_hours not between 0 and 720 then
    perform private.raise_error('signal_invalid', '`overlap_hours` must be from 0 to 720.', 'overlap_hours');
  elsif v_endpoint.previous_ends_at > now() and p_overlap_hours > 0 then
    -- A third secret would end the oldest one before its promised time. A leaked secret is ended by 0 hours of overlap.
    perform private.raise_error('webhook_rotating', 'The previous signing secret is still active. Rotate again when it has ended, or with 0 hours of overlap.',
      to_char(v_endpoint.previous_ends_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
  end if;
  select * into v_made from private.new_webhook_secret(p_endpoint);
  update ops.webhook_endpoint e
  set secret_id = v_made.p_id,
    previous_secret_id = case when p_overlap_hours > 0 then e.secret_id end,
    previous_ends_at = case when p_overlap_hours > 0 then now() + p_overlap_hours * interval '1 hour' end
  where e.id = p_endpoint;
  perform private.forget_webhook_secret(v_endpoint.previous_secret_id);
  if p_overlap_hours = 0 then
    perform private.forget_webhook_secret(v_endpoint.secret_id);
  end if;
  return json_build_object('id', p_endpoint, 'secret', v_made.p_secret);
end
$$;
comment on function private.rotate_webhook_secret(uuid, integer) is 'The core of rotate_webhook_secret().';

create function public.add_webhook_endpoint(url text, events text[] default null, description text default null, local boolean default false)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.add_webhook_endpoint(url, events, description, local);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.add_webhook_endpoint(text, text[], text, boolean) is
  'Adds an endpoint for webhooks. Returns its id and, only this time, its secret. events: by default those of releases. local: allows http to the loopback, for tests. '
  'Admins. Errors: forbidden, signal_invalid.';

create function public.webhook_endpoints()
returns table (
  id uuid, url text, description text, events text[], enabled boolean, secrets integer, pending bigint, dead bigint, last_delivered_at timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.webhook_endpoints();
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.webhook_endpoints() is 'All webhook endpoints, with the number of active secrets and of pending and dead deliveries. Admins.';

create function public.set_webhook_endpoint(endpoint uuid, enabled boolean)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.set_webhook_endpoint(endpoint, enabled);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.set_webhook_endpoint(uuid, boolean) is
  'Enables or disables an endpoint. While disabled it gets no new messages, and pending ones wait. Admins. Errors: forbidden, webhook_unknown.';

create function public.rotate_webhook_secret(endpoint uuid, overlap_hours integer default 24)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.rotate_webhook_secret(endpoint, overlap_hours);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.rotate_webhook_secret(uuid, integer) is
  'Makes a new signing secret and returns it, only this time. The previous secret stays active for overlap_hours (0: ends at once). '
  'Admins. Errors: forbidden, webhook_unknown, webhook_rotating, signal_invalid.';

grant execute on function private.add_webhook_endpoint(text, text[], text, boolean), private.webhook_endpoints(),
  private.set_webhook_endpoint(uuid, boolean), private.rotate_webhook_secret(uuid, integer) to authenticated, service_role;
grant execute on function public.add_webhook_endpoint(text, text[], text, boolean), public.webhook_endpoints(),
  public.set_webhook_endpoint(uuid, boolean), public.rotate_webhook_secret(uuid, integer) to authenticated, service_role;

-- Source: schemas/90_people/webhook_deliveries.sql
-- What:  the delivery log, manual retry, and the jobs that wake the dispatcher and delete old messages.
-- Why:   dead deliveries must be visible and can be retried. Old messages need not be kept (S2).

create function private.webhook_deliveries(p_endpoint uuid, p_state text, p_before timestamptz, p_limit integer)
returns table (
  message_id text, endpoint_id uuid, type text, version integer, created_at timestamptz, state text, attempts integer,
  next_attempt_at timestamptz, settled_at timestamptz, log json)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query
  select m.id, d.endpoint_id, m.type, m.version, m.created_at, d.state, d.attempts, d.next_attempt_at, d.settled_at, (
    select coalesce(json_agg(json_build_object('attempt', a.attempt, 'at', a.at, 'outcome', a.outcome, 'status', a.status,
      'answer', a.answer, 'duration_ms', a.duration_ms) order by a.attempt desc), '[]')
    from ops.webhook_attempt a where a.message_id = m.id and a.endpoint_id = d.endpoint_id)
  from ops.webhook_message m
  join ops.webhook_delivery d on d.message_id = m.id
  where (p_endpoint is null or d.endpoint_id = p_endpoint) and (p_state is null or d.state = p_state)
    and (p_before is null or m.created_at < p_before)
  order by m.created_at desc, m.id, d.endpoint_id
  limit private.list_rows(p_limit);
end
$$;
comment on function private.webhook_deliveries(uuid, text, timestamptz, integer) is 'The core of webhook_deliveries().';

create function private.retry_webhook(p_message text, p_endpoint uuid, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state text;
begin
  perform private.require_role('admin');
  if p_reason is not null then
    perform private.require_reason(p_reason);
  end if;
  select d.state into v_state from ops.webhook_delivery d
  where d.message_id = p_message and d.endpoint_id = p_endpoint for update;
  if not found then
    perform private.raise_error('webhook_unknown', 'This delivery does not exist.', 'message');
  end if;
  -- A leased delivery waits for the end of its attempt, so that it is never sent twice at a time. If that attempt fails, all attempts are left.
  update ops.webhook_delivery d
  set state = 'pending', settled_at = null, attempts_before = d.attempts,
    next_attempt_at = case when d.claimed_until is null then clock_timestamp() else d.next_attempt_at end
  where d.message_id = p_message and d.endpoint_id = p_endpoint;
  perform private.audit('retry_webhook', 'ops.webhook_delivery', p_message, jsonb_build_object('state', v_state),
    jsonb_strip_nulls(jsonb_build_object('endpoint', p_endpoint, 'reason', p_reason)));
  perform private.wake_function('webhooks');
end
$$;
comment on function private.retry_webhook(text, uuid, text) is 'The core of retry_webhook().';

create function public.webhook_deliveries(
  endpoint uuid default null, with_state text default null, before timestamptz default null, page_rows integer default null)
returns table (
  message_id text, endpoint_id uuid, type text, version integer, created_at timestamptz, state text, attempts integer,
  next_attempt_at timestamptz, settled_at timestamptz, log json)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.webhook_deliveries(endpoint, with_state, before, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.webhook_deliveries(uuid, text, timestamptz, integer) is
  'The delivery log, newest first: each message and endpoint with its state (pending, delivered, dead) and attempts; at most 500 rows. Admins.';

create function public.retry_webhook(message text, endpoint uuid, reason text default null)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.retry_webhook(message, endpoint, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.retry_webhook(text, uuid, text) is
  'Retries a dead or delivered message at once, with all attempts again. Admins; audited, with the reason if there is one. Errors: forbidden, webhook_unknown, support_invalid.';

create function private.drive_webhooks()
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select private.wake_function('webhooks')
  where exists (
    select from ops.webhook_delivery d join ops.webhook_endpoint e on e.id = d.endpoint_id
    where d.state = 'pending' and coalesce(d.claimed_until, d.next_attempt_at) <= clock_timestamp()
      and (e.enabled or d.claimed_until is not null))
$$;
comment on function private.drive_webhooks() is 'Wakes the dispatcher if a delivery is due; a cron job every 30 seconds.';

create function private.delete_messages(p_before timestamptz)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Messages that wait for an enabled endpoint are kept, however old they are.
  v_old constant text[] := array(
    select m.id from ops.webhook_message m
    where m.created_at < p_before
      and not exists (
        select from ops.webhook_delivery d join ops.webhook_endpoint e on e.id = d.endpoint_id
        where d.message_id = m.id and d.state = 'pending' and (e.enabled or d.claimed_until is not null)));
begin
  -- Referencing rows first: a row deleted by a foreign key would count as an edit by hand.
  delete from ops.webhook_attempt a where a.message_id = any (v_old);
  delete from ops.webhook_delivery d where d.message_id = any (v_old);
  delete from ops.webhook_message m where m.id = any (v_old);
  if v_old <> '{}' then
    perform private.audit('prune_webhooks', 'ops.webhook_message', null, jsonb_build_object('messages', cardinality(v_old)), null);
  end if;
  return cardinality(v_old);
end
$$;
comment on function private.delete_messages(timestamptz) is 'Deletes messages from before this time with their deliveries and log. Returns the number of messages. Audited.';

create function ops.prune_webhooks(p_keep interval default null)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_keep constant interval := coalesce(p_keep, (select s.keep from ops.retention_setting s where s.id = 'ops.webhook_message'));
  v_count bigint := 0;
begin
  perform private.require_role('admin');
  -- Null: messages are kept for good.
  if v_keep is not null then
    perform private.require_interval('p_keep', v_keep);
    v_count := private.delete_messages(now() - v_keep);
  end if;
  -- Expired secrets no longer sign. They are deleted from Vault here.
  perform private.forget_webhook_secret(e.previous_secret_id) from ops.webhook_endpoint e where e.previous_ends_at <= now();
  update ops.webhook_endpoint set previous_secret_id = null, previous_ends_at = null where previous_ends_at <= now();
  return v_count;
end
$$;
comment on function ops.prune_webhooks(interval) is
  'Deletes messages older than p_keep (null: the setting) with their deliveries and log, and expired secrets. Returns the number of messages. A cron job every night.';

grant execute on function private.webhook_deliveries(uuid, text, timestamptz, integer), private.retry_webhook(text, uuid, text) to authenticated, service_role;
grant execute on function public.webhook_deliveries(uuid, text, timestamptz, integer), public.retry_webhook(text, uuid, text) to authenticated, service_role;

select private.schedule_job('webhooks', '30 seconds', '1 minute', 'select private.drive_webhooks()');
select private.schedule_job('webhooks_prune', '23 3 * * *', '1 day', 'select ops.prune_webhooks()');

-- Source: schemas/90_people/alarm_acknowledgement.sql
-- What:  ops.alarm_acknowledgement: the open alarms that an operator has acknowledged with acknowledge_alarm(), and which of them count.
-- Why:   an alert that rings on while its cause is being mended teaches people to ignore alerts. The alarm itself stays visible (O4, O1).
create table ops.alarm_acknowledgement (
  alarm      text not null,
  subject    text not null,
  at         timestamptz not null default now(),
  actor      uuid,
  actor_role text not null,
  reason     text not null,
  constraint alarm_acknowledgement_pkey primary key (alarm, subject),
  constraint alarm_acknowledgement_reason_short check (length(reason) between 1 and 500)
);
comment on table ops.alarm_acknowledgement is 'One row per acknowledged alarm. It is deleted when the alarm has ended, so that the alarm opens anew.';
alter table ops.alarm_acknowledgement enable row level security;
create policy alarm_acknowledgement_all_nobody on ops.alarm_acknowledgement for all to anon, authenticated using (false);

create function private.is_acknowledged(p_newest timestamptz, p_at timestamptz)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
-- What began after the acknowledgement is another incident.
return p_newest is null or p_newest <= p_at;
comment on function private.is_acknowledged(timestamptz, timestamptz) is 'Whether an acknowledgement counts for an alarm whose newest cause began at p_newest.';

-- Source: schemas/90_people/alarms.sql
-- What:  alarms(): one list of everything that needs a person: failing or late jobs, missing partitions, projection differences, late releases, erasures.
-- Why:   each of these faults is silent, so support and monitoring need one place to look (O4). Every text names the call that mends the
--        fault, so that nobody has to search for it. A count stands behind its noun, so that each text is right for one and for many.

create function private.open_alarms()
returns table (name text, subject text, since timestamptz, newest timestamptz, detail text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'job_failing', j.name, j.last_ok_at, j.last_ok_at, format('The job %s fails (runs in a row: %s): %s. After mending the cause, an admin runs it: %s',
    j.name, j.failures, j.last_error, j.command)
  from ops.job j where j.failures > 0
  union all
  select 'job_late', j.name, j.last_run_at, j.last_run_at, format('The job %s should run every %s: see docs/operations.md#jobs. To run it once: %s',
    j.name, j.every, j.command)
  from ops.job j where private.is_late(j.last_run_at, j.every)
  union all
  select 'partitions_short', t.schema || '.' || t.name, null, null, format('Months ahead for which %s.%s has partitions: %s. An admin creates them: ops.ensure_partitions()',
    t.schema, t.name, m.ahead)
  from private.partitioned_tables() t cross join lateral private.months_ahead(t.schema, t.name) m (ahead)
  -- Partitions are created 12 months ahead, one a minute. Fewer than three left means months of unanswered alarms.
  where m.ahead < 3
  union all
  select 'projections_differ', '', min(d.found_at), max(d.found_at), format('Rows that differ from their ledger: %s; learners: %s. projection_differences() shows them, and rebuild_learner() mends them',
    count(*), count(distinct d.user_id))
  from ops.projection_difference d
  where d.resolved_at is null and not exists (select from ops.erasure x where x.user_id = d.user_id) having count(*) > 0
  union all
  -- A job run counts as successful even if the release failed.
  select 'schedules_overdue', '', min(s.due_at), max(s.due_at) + interval '15 minutes', format('Scheduled releases that are past their time: %s; the last error: %s. To publish them now: ops.run_due_schedule(); to give one up: cancel_schedule()',
    count(*), coalesce(max(s.error), 'none'))
  from content.schedule s where s.state = 'pending' and s.due_at < now() - interval '15 minutes' having count(*) > 0
  union all
  select 'erasures_late', '', min(e.requested_at), max(e.requested_at) + interval '1 day', format('Learners who are not erased yet: %s. An admin continues: ops.run_erasures()', count(*))
  from ops.erasure e where e.erased_at is null and e.requested_at < now() - interval '1 day' having count(*) > 0
  union all
  select 'erasures_failing', '', min(e.requested_at), max(e.requested_at), format('Erasures that fail and are tried again: %s; the last error: %s. After mending it, an admin calls ops.erase_learner()',
    count(*), max(e.last_error))
  from ops.erasure e where e.failures > 0 having count(*) > 0
  union all
  -- A clean-up by the date of creation deletes learners who are active. One learner who leaves raises nothing.
  select 'active_accounts_deleted', '', min(a.deleted_at), max(a.deleted_at),
    format('%s accounts were deleted whose learners were active within a week; they are erased from %s on. If this was a mistake, an admin calls ops.cancel_deletion()',
      count(*), to_char(min(a.erase_at) at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"'))
  from ops.account_deletion a
  where exists (select from learner.device d where d.user_id = a.user_id and d.last_seen_at > a.deleted_at - interval '7 days') having count(*) >= 20
  union all
  -- After a restore these erasures are needed from outside the database.
  select 'erasures_unsent', '', min(m.created_at), max(m.created_at) + interval '1 hour', format('Erasures that did not reach their endpoint: %s. An admin sees them in webhook_deliveries() and sends them again: retry_webhook()', count(*))
  from ops.webhook_message m join ops.webhook_delivery d on d.message_id = m.id
  where m.type = 'learner.erased' and d.state <> 'delivered' and m.created_at < now() - interval '1 hour' having count(*) > 0
  union all
  select 'erasures_unchecked', '', h.rotated_at, h.rotated_at, 'The history has changed. After a restore, an admin calls ops.reapply_erasures() in a SQL console'
  from ops.history h where not exists (select from ops.erasure_check c where c.history = private.history())
  union all
  -- While a trigger is disabled, changes by hand leave no trace.
  select 'trigger_disabled', t.tgname || ' of ' || t.tgrelid::regclass, null, null, format('Trigger %I of %s is disabled. An admin enables it: alter table %2$s enable %strigger %1$I',
    t.tgname, t.tgrelid::regclass, case t.tgfoid when 'private.new_seed()'::regprocedure then 'always ' when 'private.note_put_back()'::regprocedure then 'replica ' end)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace, 'private'::regnamespace)
    and not t.tgisinternal and case when t.tgfoid = 'private.note_put_back()'::regprocedure then t.tgenabled <> 'R' else t.tgenabled in ('D', 'R') end
  union all
  select 'trigger_missing', t.name || ' of ' || t.relation, null, null, format('Trigger %s of %s was dropped. An admin calls private.restore_triggers(), and looks for changes that left no trace', t.name, t.relation)
  from private.missing_triggers() t
  union all
  select 'moves_unfinished', '', min(l.since), max(l.since) + interval '15 minutes', format('Learners who have been moving between cells for more than 15 minutes, and whose devices wait: %s. An operator continues: see docs/scaling.md#place-and-move-learners', count(*))
  from ops.learner_cell l where l.state <> 'settled' and l.since < now() - interval '15 minutes'
  having count(*) > 0
  union all
  select 'worker_silent', w.slug, w.since, w.since, format('%s has not answered %s wake-ups: see its log, and docs/restore.md#the-functions-cannot-connect', w.slug, w.wakes)
  from private.silent_workers() w
  order by 1, 5;
end
$$;
comment on function private.open_alarms() is
  'Everything that is wrong now. subject is the job, table, trigger or function that an alarm is about; empty: its name says all. '
  'since is when its first cause began, newest when its last one did: more of the same is more than an operator acknowledged.';

create function private.alarms()
returns table (
  name text, since timestamptz, detail text, subject text, acknowledged_at timestamptz, acknowledged_by text, acknowledged_reason text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select a.name, a.since, a.detail, a.subject, k.at, coalesce(k.actor::text, k.actor_role), k.reason
  from private.open_alarms() a
  left join ops.alarm_acknowledgement k on k.alarm = a.name and k.subject = a.subject and private.is_acknowledged(a.newest, k.at)
  order by k.at is not null, a.name, a.detail;
end
$$;
comment on function private.alarms() is 'The core of alarms().';

create function public.alarms()
returns table (
  name text, since timestamptz, detail text, subject text, acknowledged_at timestamptz, acknowledged_by text, acknowledged_reason text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.alarms();
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.alarms() is
  'Everything that needs a person now, empty if all is well. An acknowledged alarm comes last, with when, by whom (a user''s id, or the role of a SQL '
  'console) and why, until its cause is gone: see acknowledge_alarm(). Support and admins. Names: job_failing, job_late, '
  'partitions_short, projections_differ, schedules_overdue, erasures_late, erasures_failing, active_accounts_deleted, erasures_unsent, erasures_unchecked, '
  'moves_unfinished, trigger_disabled, trigger_missing, worker_silent.';

grant execute on function private.alarms(), public.alarms() to authenticated, service_role;

-- Source: schemas/90_people/acknowledge_alarm.sql
-- What:  acknowledge_alarm(): an operator says that a person is at work on an open alarm. end_acknowledgements() forgets it after the alarm has ended.
-- Why:   whoever silences an alert leaves a name and a reason (O4, O1).

create function private.end_acknowledgements()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from ops.alarm_acknowledgement k
  where not exists (
    select from private.open_alarms() a where a.name = k.alarm and a.subject = k.subject and private.is_acknowledged(a.newest, k.at));
end
$$;
comment on function private.end_acknowledgements() is 'Deletes the acknowledgements of alarms that have ended. Part of the job health_gauges.';

create function private.acknowledge_alarm(p_alarm text, p_subject text, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  if not exists (select from private.open_alarms() a where a.name = p_alarm and a.subject = p_subject) then
    perform private.raise_error('support_invalid', '`alarm` and `subject` must be those of an open alarm: see alarms().', 'alarm');
  end if;
  insert into ops.alarm_acknowledgement as k (alarm, subject, actor, actor_role, reason)
  select p_alarm, p_subject, c.actor, c.actor_role, btrim(p_reason) from private.audit_caller() c
  on conflict (alarm, subject) do update set at = excluded.at, actor = excluded.actor, actor_role = excluded.actor_role, reason = excluded.reason;
  perform private.audit('acknowledge_alarm', 'ops.alarm_acknowledgement', concat_ws(' ', p_alarm, nullif(p_subject, '')), null,
    jsonb_build_object('reason', btrim(p_reason)));
end
$$;
comment on function private.acknowledge_alarm(text, text, text) is 'The core of acknowledge_alarm().';

create function public.acknowledge_alarm(alarm text, reason text, subject text default '')
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.acknowledge_alarm(alarm, subject, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.acknowledge_alarm(text, text, text) is
  'Acknowledges an open alarm, for a reason. alarm and subject are the name and subject of a row of alarms(). Its alert ends within five minutes. alarms() shows the alarm '
  'as acknowledged until its cause is gone. When it recurs, or a learner, release or other case is added, it is not acknowledged. Once more: the new reason counts. Admins; audited. Errors: forbidden, support_invalid.';

grant execute on function private.acknowledge_alarm(text, text, text), public.acknowledge_alarm(text, text, text) to authenticated, service_role;
