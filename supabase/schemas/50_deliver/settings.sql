-- What:  what operators set about content (one row), and the releases that devices must have.
-- Why:   the server steers its clients: how often they poll, what they must not study on any longer (C4, U8).
create table ops.content_setting (
  id            smallint not null default 1,
  poll_after_s  integer not null default 900,
  keep_versions integer not null default 50,
  keep_age      interval not null default '90 days',
  keep_answers  interval not null default '730 days',
  keep_reports  interval not null default '180 days',
  force_share   numeric not null default 0.2,
  horizon       integer not null default 0,
  constraint content_setting_pkey primary key (id),
  constraint content_setting_one_row check (id = 1),
  -- 10,000 devices at 10 s are 1,000 requests a second; a day is the longest that a lost hint may cost.
  constraint content_setting_poll_after_s_in_range check (poll_after_s between 10 and 86400),
  constraint content_setting_keep_versions_positive check (keep_versions >= 1),
  constraint content_setting_keep_age_positive check (keep_age >= interval '1 hour'),
  constraint content_setting_answers_outlive_deltas check (keep_answers >= keep_age),
  constraint content_setting_keep_reports_positive check (keep_reports >= interval '1 day'),
  -- 0: every deletion needs force; 1: none does. (NaN is greater than 1.)
  constraint content_setting_force_share_in_range check (force_share between 0 and 1),
  constraint content_setting_horizon_not_negative check (horizon >= 0)
);
comment on table ops.content_setting is
  'One row: how devices poll, how much may be withdrawn at once, and how much of the past ops.compact_content() and ops.prune_content_reports() keep.';
comment on column ops.content_setting.poll_after_s is 'Seconds between two polls of the head, as every head advises.';
comment on column ops.content_setting.keep_answers is
  'How long a superseded answer key is kept. Longer than deltas: an answer given months ago, offline, is graded by what was asked then.';
comment on column ops.content_setting.keep_reports is 'How long devices'' reports of their caches are kept (ops.content_report).';
comment on column ops.content_setting.force_share is
  'Which part of what is published, 0 to 1, may be withdrawn at once; more only by force. A slip in a WHERE clause takes much.';
comment on column ops.content_setting.horizon is
  'The oldest version that can be read, and read from; written by ops.compact_content() alone.';
insert into ops.content_setting default values;

create table content.required_release (
  version       integer not null,
  required_from timestamptz not null,
  required_by   uuid,
  decided_at    timestamptz not null default clock_timestamp(),
  constraint required_release_pkey primary key (version),
  constraint required_release_version_exists foreign key (version) references content.release (version)
);
comment on table content.required_release is
  'Releases that every device must have from a date on: an error in the one before must not be learned any further.';

alter table ops.content_setting enable row level security;
alter table content.required_release enable row level security;
create policy content_setting_all_nobody on ops.content_setting for all to anon, authenticated using (false);
create policy required_release_all_nobody on content.required_release for all to anon, authenticated using (false);

create trigger content_setting_audit_update after update on ops.content_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger content_setting_stays before delete or truncate on ops.content_setting
  for each statement execute function private.forbid_change();

create function private.delete_share(p_deletes bigint)
returns numeric
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(p_deletes::numeric / nullif(r.domains + r.skills + r.questions, 0), 0)
  from (values (1)) always (row)
  left join (select * from content.release order by version desc limit 1) r on true
$$;
comment on function private.delete_share(bigint) is 'Which part of what is published that many deletions would be, 0 to 1.';

create function private.needs_force(p_deletes bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select private.delete_share(p_deletes) > s.force_share from ops.content_setting s $$;
comment on function private.needs_force(bigint) is 'Whether that many deletions are published only by force.';

create function private.content_horizon()
returns integer
language plpgsql -- rather than sql, which is planned anew at every call
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select s.horizon from ops.content_setting s);
end
$$;
comment on function private.content_horizon() is
  'The oldest version whose state is still whole; 0 before the first compaction. A roll-back must not reach below it.';

create function private.minimum_version()
returns integer
language plpgsql -- rather than sql, which is planned anew at every call
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce((select max(r.version) from content.required_release r where r.required_from <= clock_timestamp()), 0);
end
$$;
comment on function private.minimum_version() is 'The newest release that is mandatory by now; 0: none is.';

create function private.schema_is_served(p_schema integer)
returns boolean
language plpgsql -- rather than sql, which is planned anew at every call
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The announced end counts by itself: nobody has to be awake at that hour to retire the schema.
  return exists (
    select from content.schema s
    where s.schema = p_schema and s.state <> 'retired' and (s.ends_at is null or s.ends_at > clock_timestamp()));
end
$$;
comment on function private.schema_is_served(integer) is 'Whether devices may still read a contract schema: not retired, and its end not reached.';

create function private.require_schema(p_schema smallint)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not private.schema_is_served(p_schema) then
    perform private.raise_error('CR040', 'This version of the app is no longer served.',
      (select min(s.schema)::text from content.schema s where private.schema_is_served(s.schema)));
  end if;
end
$$;
comment on function private.require_schema(smallint) is
  'Passes for a contract schema that is served; else raises upgrade_required (CR040) with the lowest that is.';

create function private.release_is_bundled(p_version integer, p_history text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select false $$;
comment on function private.release_is_bundled(integer, text) is 'Whether the release''s bundles are in Storage. The bundle worker''s migration replaces this.';

create function private.content_bundles(p_schema smallint, p_version integer)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select '[]'::json $$;
comment on function private.content_bundles(smallint, integer) is
  'The bundles of a release, for its manifest. The bundle worker''s migration replaces this.';

create function private.require_release(p_version integer, p_from timestamptz)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before jsonb := (select to_jsonb(r) from content.required_release r where r.version = p_version);
  v_after jsonb;
begin
  perform private.require_role('instructor', 'admin');
  if p_version is null or not exists (select from content.release r where r.version = p_version) then
    perform private.raise_error('CR030', 'There is no such release.', p_version::text);
  end if;
  if p_from is null then
    delete from content.required_release r where r.version = p_version;
  else
    insert into content.required_release as r (version, required_from, required_by) values (p_version, p_from, auth.uid())
    on conflict (version) do update set
      required_from = excluded.required_from, required_by = excluded.required_by, decided_at = excluded.decided_at
    returning to_jsonb(r) into v_after;
  end if;
  perform private.audit('require_release', 'content.release', p_version::text, v_before, v_after);
  return private.content_head(private.content_schema());
end
$$;
comment on function private.require_release(integer, timestamptz) is 'The core of require_release().';

create function public.require_release(version integer, required_from timestamptz default now())
returns json
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$ select private.require_release(version, required_from) $$;
comment on function public.require_release(integer, timestamptz) is
  'Makes a release mandatory from a time on (null: no longer), and returns the head. Devices that hold less must update before they go on. '
  'Instructors and admins. Errors: forbidden, release_unknown.';

grant execute on function private.require_release(integer, timestamptz), public.require_release(integer, timestamptz)
  to authenticated, service_role;
