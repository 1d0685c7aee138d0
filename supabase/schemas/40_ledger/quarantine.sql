-- What:  ops.quarantine, the actions on its rows, and its size limit per learner.
-- Why:   an event that cannot be applied is kept with its reason until the server knows more or support has decided (U3).
create table ops.quarantine (
  user_id        uuid not null,
  sha256         bytea not null,
  event_id       uuid,
  code           text not null,
  field          text,
  body           text not null,
  mended_body    text,
  device_id      uuid,
  batch_id       uuid,
  origin         text not null default 'batch',
  reason         text,
  status         text not null,
  first_seen_at  timestamptz not null,
  last_seen_at   timestamptz not null,
  clock_skew_ms  bigint,
  times_seen     integer not null default 1,
  knowledge      bigint not null default 0,
  waits_for      text,
  tried_at       timestamptz not null default clock_timestamp(),
  resolved_at    timestamptz,
  resolved_event uuid,
  -- While the event waits, its status follows from its code. A settled event keeps its last code.
  is_held        boolean generated always as (case status when 'held' then true when 'open' then false end) stored,
  constraint quarantine_pkey primary key (user_id, sha256),
  constraint quarantine_code_known foreign key (code) references private.error_code (code),
  constraint quarantine_status_follows_code foreign key (code, is_held) references private.error_code (code, held),
  constraint quarantine_status_known check (status in ('open', 'held', 'superseded', 'discarded')),
  constraint quarantine_held_waits_for_something check (status <> 'held' or waits_for is not null),
  constraint quarantine_origin_known check (origin in ('batch', 'dead_letter')),
  constraint quarantine_resolved_iff_settled check ((status in ('superseded', 'discarded')) = (resolved_at is not null)),
  constraint quarantine_event_iff_superseded check ((status = 'superseded') = (resolved_event is not null))
);
-- For replays: what a learner's held events wait for, who waits for a name, and whose events are to be tried in any case.
create index quarantine_user_id_waits_for_idx on ops.quarantine (user_id, waits_for) where status = 'held';
create index quarantine_waits_for_user_id_idx on ops.quarantine (waits_for, user_id) where status = 'held';
create index quarantine_knowledge_user_id_idx on ops.quarantine (knowledge, user_id) where status = 'held';
-- For replay by support, least recently tried first: of one learner, or of a code over all learners.
create index quarantine_user_id_tried_at_idx on ops.quarantine (user_id, tried_at) where status in ('open', 'held');
create index quarantine_code_user_id_tried_at_idx on ops.quarantine (code, user_id, tried_at) where status in ('open', 'held');
create index quarantine_code_is_held_idx on ops.quarantine (code, is_held);
create index quarantine_user_id_event_id_idx on ops.quarantine (user_id, event_id);
-- For pages: of one learner, and over all learners for support.
create index quarantine_user_id_last_seen_at_sha256_idx on ops.quarantine (user_id, last_seen_at, sha256);
create index quarantine_status_last_seen_at_user_id_sha256_idx on ops.quarantine (status, last_seen_at, user_id, sha256);
comment on table ops.quarantine is 'Events that could not be applied, stored as the received text under its SHA-256 (U3).';
comment on column ops.quarantine.body is 'The received text, unchanged. mended_body is support''s corrected version.';
comment on column ops.quarantine.origin is 'batch: received like any event. dead_letter: handed in by a device that had given it up; reason says why.';
comment on column ops.quarantine.batch_id is 'The last batch that contained the event.';
comment on column ops.quarantine.first_seen_at is 'The arrival. An event that is applied later is stamped with it.';
comment on column ops.quarantine.clock_skew_ms is
  'Server time minus device time when the batch of the first arrival was sent; null: unknown. The event is stamped with it.';
comment on column ops.quarantine.knowledge is 'The number of private.knowledge at the last try. 0: to be tried again in any case.';
comment on column ops.quarantine.waits_for is
  'What a held event lacks: the first of type:<type>@<version>, version:<release>, question:<id>, skill:<id>, or reset (a correction by support).';
comment on column ops.quarantine.tried_at is 'The time of the last try by ingest, replay or support.';
comment on column ops.quarantine.status is
  'open: support must decide. held: will be retried when the server knows more. superseded: applied as resolved_event. discarded: by support.';
comment on column ops.quarantine.resolved_event is 'The resulting ledger event. It has the same id, or a new one if that id was taken.';

create function private.waiting_status(p_code text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select case when e.held then 'held' else 'open' end from private.error_code e where e.code = p_code);
end
$$;
comment on function private.waiting_status(text) is 'The status of an unsettled event with this code: open or held.';

create table ops.quarantine_action (
  user_id     uuid not null,
  sha256      bytea not null,
  number      integer not null,
  at          timestamptz not null,
  actor       uuid,
  actor_role  text not null,
  action      text not null,
  reason      text,
  before_body text,
  after_body  text,
  after_sha256 bytea,
  outcome     text not null,
  code        text,
  field       text,
  event_id    uuid,
  constraint quarantine_action_pkey primary key (user_id, sha256, number),
  constraint quarantine_action_row_exists foreign key (user_id, sha256) references ops.quarantine (user_id, sha256) on delete cascade,
  constraint quarantine_action_action_known check (action in ('replayed', 'mended', 'discarded', 'restored')),
  constraint quarantine_action_bodies_iff_mended check (
    (action = 'mended') = (before_body is not null and after_body is not null and after_sha256 is not null)),
  constraint quarantine_action_event_iff_superseded check ((outcome = 'superseded') = (event_id is not null))
);
create index quarantine_action_user_id_at_sha256_number_idx on ops.quarantine_action (user_id, at, sha256, number);
comment on table ops.quarantine_action is 'Support''s actions on quarantined events and their outcomes. Append-only; deleted only with its row of ops.quarantine.';
comment on column ops.quarantine_action.outcome is 'The event''s status after the action. code and field are set if it could still not be applied.';

-- Separate from learner.state: only invalid events write here, while every valid batch writes there.
create table ops.quarantine_load (
  user_id    uuid not null,
  open_rows  integer not null default 0,
  open_bytes bigint not null default 0,
  held_rows  integer not null default 0,
  held_bytes bigint not null default 0,
  looked_up  bigint not null default 0,
  constraint quarantine_load_pkey primary key (user_id),
  constraint quarantine_load_not_negative check (least(open_rows, open_bytes, held_rows, held_bytes) >= 0)
);
comment on table ops.quarantine_load is 'The number and size of a learner''s open and held rows. Triggers keep it, so that a batch need not count them.';
comment on column ops.quarantine_load.looked_up is
  'The number of private.knowledge up to which all held events that it could solve were tried. So a release writes one row of a learner who waits for something else.';

create table ops.quarantine_setting (
  id            smallint not null default 1,
  open_rows     integer not null default 10000,
  open_bytes    bigint not null default 20971520,
  held_rows     integer not null default 10000,
  held_bytes    bigint not null default 20971520,
  retry_after_s integer not null default 21600,
  constraint quarantine_setting_pkey primary key (id),
  constraint quarantine_setting_one_row check (id = 1),
  -- Any single line, at most a batch plus its encoding, must fit into an empty quarantine.
  constraint quarantine_setting_holds_a_batch check (least(open_bytes, held_bytes) >= 2 * private.max_batch_bytes() and least(open_rows, held_rows) > 0),
  constraint quarantine_setting_retry_in_range check (retry_after_s between 60 and 604800)
);
comment on table ops.quarantine_setting is 'One row: the quarantine limits per learner, separate for open and held events. Operators update it.';
comment on column ops.quarantine_setting.retry_after_s is 'Seconds until a device may retry an event that did not fit.';
insert into ops.quarantine_setting default values;
create trigger quarantine_setting_audit_update after update on ops.quarantine_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger quarantine_setting_stays before delete or truncate on ops.quarantine_setting
  for each statement execute function private.forbid_change();

create function private.add_quarantine_load(
  p_user uuid, p_open_rows bigint, p_open_bytes bigint, p_held_rows bigint, p_held_bytes bigint, p_knowledge bigint default null)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not an upsert, because its row is checked before the conflict, and a decrease is negative.
  insert into ops.quarantine_load (user_id) values (p_user) on conflict do nothing;
  update ops.quarantine_load l set
    open_rows = l.open_rows + coalesce(p_open_rows, 0), open_bytes = l.open_bytes + coalesce(p_open_bytes, 0),
    held_rows = l.held_rows + coalesce(p_held_rows, 0), held_bytes = l.held_bytes + coalesce(p_held_bytes, 0),
    looked_up = least(l.looked_up, p_knowledge)
  where l.user_id = p_user;
end
$$;
comment on function private.add_quarantine_load(uuid, bigint, bigint, bigint, bigint, bigint) is
  'Adds rows and bytes, which may be negative, to ops.quarantine_load. p_knowledge: the least knowledge of new held rows, if any.';

create function private.load_quarantine()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Each trigger has its own plans, so a statement whose transition table is missing is never planned.
  if tg_op <> 'INSERT' then
    perform private.add_quarantine_load(o.user_id,
      -count(*) filter (where o.status = 'open'), -sum(octet_length(o.body)) filter (where o.status = 'open'),
      -count(*) filter (where o.status = 'held'), -sum(octet_length(o.body)) filter (where o.status = 'held'))
    from old_rows o where o.status in ('open', 'held') group by o.user_id;
  end if;
  if tg_op <> 'DELETE' then
    perform private.add_quarantine_load(n.user_id,
      count(*) filter (where n.status = 'open'), sum(octet_length(n.body)) filter (where n.status = 'open'),
      count(*) filter (where n.status = 'held'), sum(octet_length(n.body)) filter (where n.status = 'held'),
      min(n.knowledge) filter (where n.status = 'held'))
    from new_rows n where n.status in ('open', 'held') group by n.user_id;
  end if;
  return null;
end
$$;
comment on function private.load_quarantine() is 'Statement trigger: keeps ops.quarantine_load.';

create trigger quarantine_load_insert after insert on ops.quarantine
  referencing new table as new_rows for each statement execute function private.load_quarantine();
create trigger quarantine_load_update after update on ops.quarantine
  referencing old table as old_rows new table as new_rows for each statement execute function private.load_quarantine();
create trigger quarantine_load_delete after delete on ops.quarantine
  referencing old table as old_rows for each statement execute function private.load_quarantine();
create trigger quarantine_action_append_only before update on ops.quarantine_action
  for each statement execute function private.forbid_change();

alter table ops.quarantine enable row level security;
alter table ops.quarantine_action enable row level security;
alter table ops.quarantine_load enable row level security;
alter table ops.quarantine_setting enable row level security;
create policy quarantine_select_own on ops.quarantine for select to authenticated using (user_id = (select auth.uid()));
create policy quarantine_action_all_nobody on ops.quarantine_action for all to anon, authenticated using (false);
create policy quarantine_load_all_nobody on ops.quarantine_load for all to anon, authenticated using (false);
create policy quarantine_setting_all_nobody on ops.quarantine_setting for all to anon, authenticated using (false);
