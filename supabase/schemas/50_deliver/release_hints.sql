-- What:  the state of a release after its publish, the hint to devices, and who may listen.
-- Why:   devices learn of new content without frequent polling. A hint may be lost, so devices still poll (S1).
--        The hint comes with the release: a device that holds an older one takes the delta, and needs no bundle.

create table ops.signal_setting (
  id                    smallint not null default 1,
  hint_at_once          integer not null default 100,
  hint_devices_per_s    integer not null default 50,
  hint_spread_max_s     integer not null default 900,
  bundle_url_days       integer not null default 30,
  bundle_releases       integer not null default 3,
  bundle_grace_hours    integer not null default 24,
  media_grace_days      integer not null default 30,
  constraint signal_setting_pkey primary key (id),
  constraint signal_setting_one_row check (id = 1),
  constraint signal_setting_positive check (
    least(hint_devices_per_s, bundle_url_days, bundle_releases, bundle_grace_hours, media_grace_days) > 0
    and least(hint_at_once, hint_spread_max_s) >= 0)
);
comment on table ops.signal_setting is 'One row: the pace of hints and bundles. Operators update it.';
comment on column ops.signal_setting.hint_at_once is 'So many hinted devices may return at once. A spread is for the devices beyond.';
comment on column ops.signal_setting.hint_devices_per_s is
  'How many of the devices beyond hint_at_once should return per second. With their number it determines spread_s.';
comment on column ops.signal_setting.bundle_url_days is 'The life of a signed URL of a bundle or of media in days. It is renewed after half of that time.';
comment on column ops.signal_setting.bundle_releases is 'How many of the newest releases keep their bundles.';
comment on column ops.signal_setting.bundle_grace_hours is
  'Hours that an object is kept after the last manifest with it. Must exceed the time that a device may keep a manifest.';
comment on column ops.signal_setting.media_grace_days is
  'Days that a file of the bucket media is kept after no draft and no held revision names it. Must exceed the time to which the database may be restored.';
insert into ops.signal_setting default values;

alter table ops.signal_setting enable row level security;
create policy signal_setting_all_nobody on ops.signal_setting for all to anon, authenticated using (false);

create trigger signal_setting_audit_update after update on ops.signal_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger signal_setting_stays before delete or truncate on ops.signal_setting
  for each statement execute function private.forbid_change();

create function private.hint_payload(p_version integer)
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
      where n.kind = 'domain' and n.version = p_version),
    -- In the newest content schema.
    'bytes', (
      select coalesce(max(z.change_bytes) filter (where z.version <= p_version), 0) - coalesce(max(z.change_bytes) filter (where z.version < p_version), 0)
      from content.release_size z
      where z.schema = (select max(x.schema) from content.schema x where x.state <> 'retired')
        and z.domain_id = '00000000-0000-0000-0000-000000000000'),
    -- The planner's estimate of the devices. Counting them would cost more than the publish, and a spread needs no exact number.
    'spread_s', (
      select least(s.hint_spread_max_s, ceil(greatest(c.reltuples - s.hint_at_once, 0) / s.hint_devices_per_s))::integer
      from ops.signal_setting s, pg_class c
      where c.oid = 'learner.device'::regclass),
    -- With its root a device that holds the release before asks for the delta at once, and compares the rows.
    'roots', (
      select coalesce(jsonb_agg(jsonb_build_object('schema', s.schema, 'root', encode(n.hash, 'hex')) order by s.schema), '[]')
      from content.schema s
      cross join lateral (
        select t.hash from content.tree_node t
        where t.schema = s.schema and t.kind = 'release' and t.version <= p_version
        order by t.version desc limit 1
      ) n
      where s.state <> 'retired'))
$$;
comment on function private.hint_payload(integer) is
  'The hint of a release: the changed domains, the bytes of their rows, the seconds over which devices should spread their requests, and the root '
  'in each content schema.';

create function private.start_release_state()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version integer;
begin
  for v_version in select n.version from new_rows n loop
    insert into content.release_state (version) values (v_version);
    -- realtime.send turns its own failures into warnings. No other failure of a hint may roll back the release either.
    begin
      perform private.broadcast('content', 'release_published', private.hint_payload(v_version));
    exception
      when others then
        raise warning 'The hint of version % was not sent: %', v_version, sqlerrm;
    end;
  end loop;
  perform private.wake_function('bundle');
  return null;
end
$$;
comment on function private.start_release_state() is
  'Trigger: creates the state of a new release. With the commit it broadcasts release_published on the private channel content, '
  'and wakes the bundle worker.';

create trigger release_start_state after insert on content.release
  referencing new table as new_rows for each statement execute function private.start_release_state();

-- Clients only listen, so there is no insert policy. Realtime checks a join with the topic and extension only.
create policy messages_select_carrel on realtime.messages for select to authenticated
  using (
    realtime.messages.extension = 'broadcast'
    and (select realtime.topic()) in ('content', 'learner:' || (select private.signed_in_learner())::text));
