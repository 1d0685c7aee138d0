-- What:  the state of a release after its publish, the hint to devices, and who may listen.
-- Why:   devices learn of new content without frequent polling. A hint may be lost, so devices still poll (S1).

create table ops.signal_setting (
  id                    smallint not null default 1,
  hint_after_s          integer not null default 60,
  hint_devices_per_s    integer not null default 50,
  hint_spread_max_s     integer not null default 900,
  bundle_url_days       integer not null default 30,
  bundle_releases       integer not null default 3,
  bundle_grace_hours    integer not null default 24,
  learner_hint_active_s integer not null default 18000,
  learner_hint_spread_s integer not null default 5,
  constraint signal_setting_pkey primary key (id),
  constraint signal_setting_one_row check (id = 1),
  constraint signal_setting_positive check (
    least(hint_after_s, hint_devices_per_s, bundle_url_days, bundle_releases, bundle_grace_hours, learner_hint_active_s) > 0
    and least(hint_spread_max_s, learner_hint_spread_s) >= 0)
);
comment on table ops.signal_setting is 'One row: the pace of hints and bundles. Operators update it.';
comment on column ops.signal_setting.hint_after_s is
  'Seconds after a publish until the hint is sent even if bundles are missing. The job runs every 30 s, so the hint may come up to 30 s earlier.';
comment on column ops.signal_setting.hint_devices_per_s is 'How many hinted devices should return per second. With the number of devices it determines spread_s.';
comment on column ops.signal_setting.bundle_url_days is 'The life of a signed URL in days. It is renewed after half of that time.';
comment on column ops.signal_setting.bundle_releases is 'How many of the newest releases keep their bundles.';
comment on column ops.signal_setting.bundle_grace_hours is
  'Hours that an object is kept after the last manifest with it. Must exceed the time that a device may keep a manifest.';
comment on column ops.signal_setting.learner_hint_active_s is
  'A learner''s push is hinted if another device of theirs was seen within this time. Those devices pull within learner_hint_spread_s.';
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
    -- In the newest content schema.
    'bytes', (
      select coalesce(max(z.change_bytes) filter (where z.version <= p_version), 0) - coalesce(max(z.change_bytes) filter (where z.version <= p_since), 0)
      from content.release_size z
      where z.schema = (select max(x.schema) from content.schema x where x.state <> 'retired')
        and z.domain_id = '00000000-0000-0000-0000-000000000000'),
    -- The planner's estimate of the devices. Counting them would cost more than the publish, and a spread needs no exact number.
    'spread_s', (
      select least(s.hint_spread_max_s, ceil(greatest(c.reltuples, 0) / s.hint_devices_per_s))::integer
      from ops.signal_setting s, pg_class c
      where c.oid = 'learner.device'::regclass))
$$;
comment on function private.hint_payload(integer, integer) is
  'The hint for the step from one version to another: the changed domains, the bytes of their rows, '
  'and the seconds over which devices should spread their requests.';

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
  -- The row's lock allows only one hint. Older releases are covered by it.
  update content.release_state set hinted_at = clock_timestamp() where version = p_version and hinted_at is null;
  if not found then
    return false;
  end if;
  update content.release_state set hinted_at = clock_timestamp() where version < p_version and hinted_at is null;
  -- realtime.send turns its own failures into warnings. No other failure of a hint may roll back the transaction either.
  begin
    perform private.broadcast('content', 'release_published', private.hint_payload(p_version, v_since));
  exception
    when others then
      raise warning 'The hint of version % was not sent: %', p_version, sqlerrm;
  end;
  return true;
end
$$;
comment on function private.send_hint(integer) is
  'Broadcasts release_published on the private channel content, once per release, when the transaction commits. False: already sent.';

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
  -- Without bundles there is no reason to wait. With bundles, the last bundle or ops.send_due_hints() sends the hint.
  if not private.signals_configured() then
    perform private.send_hint(n.version) from new_rows n;
  end if;
  return null;
end
$$;
comment on function private.start_release_state() is
  'Trigger: creates the state of a new release. Wakes the bundle worker after the commit, or sends the hint at once in a project without bundles.';

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
    -- The job runs every 30 s. A hint that would be late at the next run is sent now.
    and (s.bundled_at is not null or r.published_at + make_interval(secs => t.hint_after_s) < clock_timestamp() + interval '30 seconds');
  return case when v_version is not null and private.send_hint(v_version) then v_version end;
end
$$;
comment on function ops.send_due_hints() is
  'Sends the hint of the newest release if it is bundled, or if the next run would be too late. Returns its version, or null. Runs by pg_cron.';

-- Clients only listen, so there is no insert policy. Realtime checks a join with the topic and extension only.
create policy messages_select_carrel on realtime.messages for select to authenticated
  using (
    realtime.messages.extension = 'broadcast'
    and (select realtime.topic()) in ('content', 'learner:' || (select private.signed_in_learner())::text));
