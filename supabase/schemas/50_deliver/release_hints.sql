-- What:  the state of a release after its publish, the hint that tells devices of it, and who may listen.
-- Why:   devices learn of new content without polling often; a hint may get lost, polling is the truth (S1).

create table ops.signal_setting (
  id                    smallint not null default 1,
  hint_after_s          integer not null default 60,
  hint_devices_per_s    integer not null default 50,
  hint_spread_max_s     integer not null default 900,
  bundle_url_days       integer not null default 30,
  bundle_releases       integer not null default 3,
  bundle_grace_hours    integer not null default 24,
  learner_hint_active_s integer not null default 3600,
  learner_hint_spread_s integer not null default 5,
  constraint signal_setting_pkey primary key (id),
  constraint signal_setting_one_row check (id = 1),
  constraint signal_setting_positive check (
    least(hint_after_s, hint_devices_per_s, bundle_url_days, bundle_releases, bundle_grace_hours, learner_hint_active_s) > 0
    and least(hint_spread_max_s, learner_hint_spread_s) >= 0)
);
comment on table ops.signal_setting is 'One row: how hints and bundles are paced; operators update it.';
comment on column ops.signal_setting.hint_after_s is 'Seconds after a publish by which the hint is sent even if bundles are still missing: at the last turn of the job before that, 30 s at most.';
comment on column ops.signal_setting.hint_devices_per_s is 'Hinted devices that should come back in one second; with their number it gives spread_s.';
comment on column ops.signal_setting.bundle_url_days is 'How long a signed URL lasts; it is renewed when half of that is over.';
comment on column ops.signal_setting.bundle_releases is 'The newest releases whose bundles are kept.';
comment on column ops.signal_setting.bundle_grace_hours is
  'How long an object outlives the last manifest that named it: longer than anybody may keep a manifest.';
comment on column ops.signal_setting.learner_hint_active_s is
  'A learner''s push is hinted where another of their devices was seen within so many seconds; those devices ask within learner_hint_spread_s.';
insert into ops.signal_setting default values;

alter table ops.signal_setting enable row level security;
create policy signal_setting_all_nobody on ops.signal_setting for all to anon, authenticated using (false);

create trigger signal_setting_audit_update after update on ops.signal_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger signal_setting_stays before delete or truncate on ops.signal_setting
  for each statement execute function private.forbid_change();

create function private.hint_payload(p_version integer, p_since integer)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'history', private.history(),
    'version', p_version,
    'domains', (
      select coalesce(jsonb_agg(distinct n.id), '[]') from content.tree_node n
      where n.kind = 'domain' and n.version > p_since and n.version <= p_version),
    -- Of the newest contract schema.
    'bytes', (
      select coalesce(max(z.change_bytes) filter (where z.version <= p_version), 0) - coalesce(max(z.change_bytes) filter (where z.version <= p_since), 0)
      from content.release_size z
      where z.schema = (select max(x.schema) from content.schema x where x.state <> 'retired')
        and z.domain_id = '00000000-0000-0000-0000-000000000000'),
    -- The planner's estimate of the devices: counting them would cost more than the publish, and a spread needs no exact number.
    'spread_s', (
      select least(s.hint_spread_max_s, ceil(greatest(c.reltuples, 0) / s.hint_devices_per_s))::integer
      from ops.signal_setting s, pg_class c
      where c.oid = 'learner.device'::regclass))
$$;
comment on function private.hint_payload(integer, integer) is
  'What a hint says of the way from one version to another: the domains that changed, the bytes of their rows, '
  'and over how many seconds devices should spread their answers.';

create function private.send_hint(p_version integer)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since constant integer := (
    select coalesce(max(s.version), 0) from content.release_state s where s.version < p_version and s.hinted_at is not null);
begin
  -- The row's lock makes it once, whoever else has the same idea. Older releases are told of with this one.
  update content.release_state set hinted_at = clock_timestamp() where version = p_version and hinted_at is null;
  if not found then
    return false;
  end if;
  update content.release_state set hinted_at = clock_timestamp() where version < p_version and hinted_at is null;
  -- realtime.send turns its own failures into warnings; whatever else goes wrong, a hint is no reason to lose the transaction.
  begin
    perform private.broadcast('content', 'release_published', private.hint_payload(p_version, v_since));
  exception
    when others then
      raise warning 'the hint of version % was not sent: %', p_version, sqlerrm;
  end;
  return true;
end
$$;
comment on function private.send_hint(integer) is
  'Broadcasts release_published on the private channel content, once a release; sent when the transaction commits. False: it was sent before.';

create function private.start_release_state()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into content.release_state (version) select n.version from new_rows n;
  perform private.wake_function('bundle');
  -- Where nothing makes bundles there is nothing to wait for: else the last bundle hints, or ops.send_due_hints().
  if not private.signals_configured() then
    perform private.send_hint(n.version) from new_rows n;
  end if;
  return null;
end
$$;
comment on function private.start_release_state() is
  'Trigger: a release begins as published. The bundle worker is woken after the commit; a project without bundles hints at once.';

create trigger release_start_state after insert on content.release
  referencing new table as new_rows for each statement execute function private.start_release_state();

create function ops.send_due_hints()
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version integer;
begin
  perform private.require_role('admin');
  select r.version into v_version
  from (select * from content.release order by version desc limit 1) r
  join content.release_state s on s.version = r.version
  cross join ops.signal_setting t
  where s.hinted_at is null
    -- Runs every 30 s: what can't wait for the next turn goes with this one, rather than up to 30 s too late.
    and (s.bundled_at is not null or r.published_at + make_interval(secs => t.hint_after_s) < clock_timestamp() + interval '30 seconds');
  return case when v_version is not null and private.send_hint(v_version) then v_version end;
end
$$;
comment on function ops.send_due_hints() is
  'Hints the newest release if it is bundled, or can''t wait for that until the next turn; returns its version, or null. Runs by pg_cron.';

-- Clients listen only: there is no policy for insert. A join is probed with topic and extension alone.
create policy messages_select_carrel on realtime.messages for select to authenticated
  using (
    realtime.messages.extension = 'broadcast'
    and (select realtime.topic()) in ('content', 'learner:' || (select auth.uid())::text));
