-- Generated from supabase/schemas/50_deliver by `npm run generate`. Do not edit.
--
-- What:  pages, manifests, bundles, hints, reports and compaction.
-- Why:   a device fetches what has changed since its version, and nothing else (C1, C3).
-- Locks: `realtime.messages` and `storage.objects` exclusively, for the moment that a new policy takes. Realtime's joins and downloads wait
--          for it.
-- Undo:  -- Empty the buckets `content` and `media` through the Storage API first: a file outlives its row.
--        set local storage.allow_delete_query = 'true';
--        delete from storage.buckets where id in ('content', 'media');
--        select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('media_unused', 'reports_prune', 'compaction',
--          'bundles', 'bundles_retire');
--        delete from ops.job where name in ('media_unused', 'reports_prune', 'compaction', 'bundles', 'bundles_retire');
--        drop trigger release_start_state on content.release;
--        drop trigger revision_note_media on content.revision;
--        drop trigger question_keep_media_on_insert on content.question;
--        drop trigger question_keep_media_on_update on content.question;
--        drop policy messages_select_carrel on realtime.messages;
--        drop policy objects_select_media on storage.objects;
--        drop table ops.signal_setting, content.bundle, content.published_media, content.unused_media, content.cursor_key,
--          ops.content_report cascade;
--        drop function if exists private.hint_payload, private.start_release_state, private.domain_node_at, private.content_bundles,
--          private.note_published_media, private.is_published_media, private.media_urls, public.media_urls, private.stored_media,
--          private.named_media, private.mark_unused_media, ops.mark_unused_media, ops.unused_media, private.media_is_due,
--          private.claim_media_work, private.finish_media_signing, private.finish_media_removal, private.keep_named_media,
--          private.sign_place, private.signed_place, private.content_existing, private.check_content_cursor, private.page_rows,
--          private.page_frame_bytes, private.snapshot_row, private.is_rolled_back, private.content_change, private.content_since,
--          private.bundle_text, private.content_page, private.content_delta, public.content_delta, private.tree_node_at,
--          private.published_version, private.content_manifest, private.content_domains, private.content_node, private.report_content,
--          private.delete_reports, ops.prune_content_reports, private.contacts_of, private.record_contacts, ops.content_freshness,
--          private.version_left_behind, private.delete_superseded, ops.compact_content, private.bundle_due, private.mark_bundled,
--          private.claim_bundle_work, private.name_bundle, private.finish_bundle, private.finish_signing, private.finish_removal,
--          private.wake_bundler, ops.continue_bundles, ops.remove_old_bundles;

select private.revoke_default_grants();

-- Source: schemas/50_deliver/release_hints.sql
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

-- Source: schemas/50_deliver/bundles.sql
-- What:  bundles: the rows of a domain at one version as gzipped files in Storage, in parts of at most 1 MiB of text, and their state.
-- Why:   10,000 devices that need the same rows fetch immutable files from a CDN, instead of pages from the database (C1).
--        The worker has 2 s of CPU: a file of 39 MB, 1,000 questions of 39 KB, would use them up.

-- Private and without policies: only a signed URL gives access.
insert into storage.buckets (id, name, public) values ('content', 'content', false) on conflict (id) do nothing;

create table content.bundle (
  history        text not null,
  schema         smallint not null,
  domain_id      uuid not null,
  version        integer not null,
  part           smallint not null default 1,
  rows           integer not null,
  after          text,
  path           text,
  bytes          integer,
  sha256         bytea,
  stored_at      timestamptz,
  signed_url     text,
  url_expires_at timestamptz,
  retired_at     timestamptz,
  lease          uuid,
  leased_until   timestamptz not null default '-infinity',
  attempts       smallint not null default 0,
  constraint bundle_pkey primary key (history, schema, domain_id, version, part),
  constraint bundle_path_unique unique (path),
  constraint bundle_rows_positive check (rows > 0),
  constraint bundle_first_part_begins check (part > 0 and (part = 1) = (after is null)),
  constraint bundle_bytes_positive check (bytes > 0),
  constraint bundle_sha256_length check (length(sha256) = 32),
  constraint bundle_path_is_its_hash check (path = history || '/' || schema || '/' || encode(sha256, 'hex') || '.ndjson.gz'),
  constraint bundle_named_whole check (num_nulls(path, bytes, sha256) in (0, 3)),
  constraint bundle_stored_after_named check (stored_at is null or path is not null),
  constraint bundle_signed_after_stored check (signed_url is null or stored_at is not null),
  constraint bundle_url_expires check ((signed_url is null) = (url_expires_at is null)),
  constraint bundle_attempts_not_negative check (attempts >= 0)
);
create index bundle_lease_idx on content.bundle (lease);
comment on table content.bundle is
  'The files of a domain at a version, in parts; releases that do not change the domain share them. '
  'States: wanted (no path), named, stored, signed, retired. No manifest names a retired bundle; it is removed after a grace period.';
comment on column content.bundle.version is 'The version of the domain''s node in the hash tree: the release that last changed the domain.';
comment on column content.bundle.rows is
  'Rows of this part. The last part has all rows that are left, and is split when its text is read. So the parts of a bundle always have all rows.';
comment on column content.bundle.after is 'The place of the last row of the part before, as in the cursor of a page; null for the first part.';
comment on column content.bundle.path is
  'Path in the bucket content, by the file''s hash. Stored before the upload, so that every object has a row here.';
comment on column content.bundle.signed_url is 'Relative to the project''s root. Shared by all devices, so that a CDN has one copy.';
comment on column content.bundle.lease is 'Token of the worker that holds the row until leased_until.';
comment on column content.bundle.attempts is 'Unfinished attempts. Each one doubles the next lease.';

alter table content.bundle enable row level security;
create policy bundle_all_nobody on content.bundle for all to anon, authenticated using (false);

create function private.domain_node_at(p_version integer)
returns table (schema smallint, domain_id uuid, version integer, rows integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select n.schema, n.id, n.version, n.rows
  from (
    select distinct on (t.schema, t.id) t.schema, t.id, t.version, t.rows
    from content.tree_node t
    join content.schema s on s.schema = t.schema and private.schema_is_served(s.schema)
    where t.kind = 'domain' and t.version <= p_version
    order by t.schema, t.id, t.version desc
  ) n
  where n.rows > 0
$$;
comment on function private.domain_node_at(integer) is 'The domains of a release in every served content schema, each with the version that last changed it.';

create function private.content_bundles(p_schema smallint, p_version integer)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(json_agg(json_build_object(
    'domain_id', b.domain_id, 'url', b.signed_url, 'bytes', b.bytes, 'sha256', encode(b.sha256, 'hex'), 'rows', b.rows)
    order by b.domain_id, b.part), '[]')
  from (
    select b.*, n.rows as all_rows,
      -- A device may take an hour from the manifest to its last download.
      sum(b.rows) filter (where b.retired_at is null and b.url_expires_at > now() + interval '1 hour') over (partition by b.domain_id) as ready_rows
    from private.domain_node_at(p_version) n
    join content.bundle b on b.history = private.history()
      and b.schema = n.schema and b.domain_id = n.domain_id and b.version = n.version
    where n.schema = p_schema
  ) b
  where b.ready_rows = b.all_rows
$$;
comment on function private.content_bundles(smallint, integer) is
  'The bundles of a version that can be fetched now: [{domain_id, url, bytes, sha256, rows}], one for each part, in order. A domain has all its parts '
  'here or none. Pages deliver the other domains.';

-- Source: schemas/50_deliver/media.sql
-- What:  the bucket `media` for the files that questions show, and who may read them.
-- Why:   a file is stored under its hash, so it never changes, is stored once, and a device can check what it got. Learners read only files
--        that a release has named: a draft's picture may give an exam away.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('media', 'media', false, 20 * 1024 * 1024, array['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'audio/mpeg', 'audio/ogg', 'audio/wav',
  'audio/mp4', 'video/mp4', 'video/webm', 'application/pdf'])
on conflict (id) do nothing;

create table content.published_media (
  sha256         text not null,
  version        integer not null,
  signed_url     text,
  url_expires_at timestamptz,
  sign_at        timestamptz not null default '-infinity',
  signed_in      text not null default private.history(),
  constraint published_media_pkey primary key (sha256),
  constraint published_media_sha256_is_a_hash check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint published_media_version_positive check (version > 0),
  constraint published_media_url_expires check ((signed_url is null) = (url_expires_at is null))
);
create index published_media_sign_at_idx on content.published_media (sign_at);
comment on table content.published_media is
  'The files that a release has named: their hashes, which are their names in the bucket media, and the first such release. A row stays for as long as '
  'the file: devices may hold the version.';
comment on column content.published_media.signed_url is 'Relative to the project''s root. Shared by all devices, so that a CDN has one copy.';
comment on column content.published_media.sign_at is
  'When the worker signs the file next. A claim puts it off by a minute, so that another worker takes over from one that was killed.';

comment on column content.published_media.signed_in is
  'The history in which the worker last claimed the file. After a restore the URL may be from another project, and this project refuses its signature. So the worker signs the file again.';

alter table content.published_media enable row level security;
create policy published_media_all_nobody on content.published_media for all to anon, authenticated using (false);

create function private.note_published_media()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into content.published_media (sha256, version)
  select m.file ->> 'sha256', min(r.version)
  from new_revision r
  -- Few texts have media, and only these are parsed.
  cross join lateral jsonb_array_elements(case when strpos(r.body, '"media":') > 0 then r.body::jsonb -> 'media' end) m (file)
  where r.kind = 'question'
  group by 1
  on conflict (sha256) do nothing;
  return null;
end
$$;
comment on function private.note_published_media() is 'Notes the files that new revisions name.';
create trigger revision_note_media after insert on content.revision referencing new table as new_revision
for each statement execute function private.note_published_media();

create function private.is_published_media(p_name text)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (select from content.published_media m where m.sha256 = p_name);
end
$$;
comment on function private.is_published_media(text) is 'Whether a release has named the file that has this name in the bucket media. For the policy of Storage.';
grant execute on function private.is_published_media(text) to authenticated;

create policy objects_select_media on storage.objects for select to authenticated
using (bucket_id = 'media' and private.is_published_media(name));

-- Source: schemas/50_deliver/media_urls.sql
-- What:  media_urls(): the signed URLs of files, which all devices share.
-- Why:   if each device had URLs of its own, a CDN would keep one copy of a file for each device, and Storage would sign each file for each of them.

create function private.media_urls(p_files text[])
returns table (sha256 text, url text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.caller_id() is null then
    perform private.raise_error('unauthenticated');
  elsif (cardinality(p_files) between 1 and 500) is not true then
    perform private.raise_error('malformed_request', '`files` must have 1 to 500 hashes.', 'files');
  end if;
  return query
  select m.sha256, m.signed_url from content.published_media m
  -- A device may take an hour from the answer to its last download.
  where m.sha256 = any (p_files) and m.url_expires_at > now() + interval '1 hour' and m.signed_in = (select private.history());
end
$$;
comment on function private.media_urls(text[]) is 'The core of media_urls().';

create function public.media_urls(files text[])
returns table (sha256 text, url text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.media_urls(files);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.media_urls(text[]) is
  'Signed URLs of published files by their hashes, at most 500, relative to the project''s root. All callers get the same URL. A file that is not signed '
  'yet has no row: sign it at Storage. Errors: unauthenticated, malformed_request.';

grant execute on function private.media_urls(text[]), public.media_urls(text[]) to authenticated;

-- Source: schemas/50_deliver/media_work.sql
-- What:  the bundle worker's tasks on media: sign what releases name, and remove what nothing names any more.
-- Why:   only Storage's API signs and removes. Both tasks may be repeated, so a claim is a time before which nobody claims the same files again.

create table content.unused_media (
  name      text not null,
  since     timestamptz not null,
  remove_at timestamptz not null,
  is_claimed boolean not null default false,
  constraint unused_media_pkey primary key (name),
  constraint unused_media_removed_later check (remove_at > since)
);
create index unused_media_remove_at_idx on content.unused_media (remove_at);
comment on table content.unused_media is
  'Files of the bucket media that no draft and no held revision names. The worker removes them at remove_at. A claim puts it off by a minute.';
comment on column content.unused_media.is_claimed is
  'A worker has been told to remove the file, so it may be gone at any moment: no draft can name it until the removal is complete.';
alter table content.unused_media enable row level security;
create policy unused_media_all_nobody on content.unused_media for all to anon, authenticated using (false);

create function private.stored_media()
returns table (name text, bytes bigint)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$ select o.name, (o.metadata ->> 'size')::bigint from storage.objects o where o.bucket_id = 'media' $$;
comment on function private.stored_media() is 'The files of the bucket media. Owned by postgres, because carrel_definer has no rights in the schema storage.';

create function private.named_media()
returns table (name text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select m.file ->> 'sha256' from content.question q cross join lateral jsonb_array_elements(q.media) m (file) where q.media <> '[]'
  union
  select m.file ->> 'sha256' from content.revision r
  cross join lateral jsonb_array_elements(case when strpos(r.body, '"media":') > 0 then r.body::jsonb -> 'media' end) m (file)
  where r.kind = 'question'
$$;
comment on function private.named_media() is
  'The files that a draft names, also a withdrawn one, or a revision that compaction has not deleted, so a release that devices may ask for or that can be restored.';

create function private.mark_unused_media()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_count integer;
begin
  delete from content.unused_media u
  where not u.is_claimed and u.name in (select n.name from private.named_media() n) or u.name not in (select s.name from private.stored_media() s);
  insert into content.unused_media (name, since, remove_at)
  select s.name, v_now, v_now + make_interval(days => (select x.media_grace_days from ops.signal_setting x))
  from private.stored_media() s
  where s.name not in (select n.name from private.named_media() n)
  on conflict on constraint unused_media_pkey do nothing;
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform private.audit('mark_unused_media', 'content.unused_media', null, null, jsonb_build_object('files', v_count));
  end if;
  return v_count;
end
$$;
comment on function private.mark_unused_media() is 'The core of ops.mark_unused_media().';

create function ops.mark_unused_media()
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.mark_unused_media();
end
$$;
comment on function ops.mark_unused_media() is
  'Marks the files of the bucket media that nothing names any more; the worker removes them after media_grace_days. Unmarks what is named again. '
  'Returns the number of newly marked files. Runs by pg_cron.';

create function ops.unused_media()
returns table (name text, bytes bigint, unused_since timestamptz, removed_at timestamptz)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query
  select s.name, s.bytes, u.since, u.remove_at
  from private.stored_media() s
  left join content.unused_media u on u.name = s.name
  where s.name not in (select n.name from private.named_media() n)
  order by u.remove_at, s.name;
end
$$;
comment on function ops.unused_media() is
  'The dry run of the removal: files of the bucket media that nothing names now, and when they are removed (null: not marked yet). Changes nothing. For admins.';

create function private.media_is_due()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select from content.published_media m where m.sign_at < clock_timestamp() or m.signed_in <> (select private.history()))
    or exists (select from content.unused_media u where u.remove_at < clock_timestamp())
$$;
comment on function private.media_is_due() is 'Whether files of the bucket media are to be signed or removed.';

create function private.claim_media_work()
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_history constant text := private.history();
  v_names text[];
begin
  -- A URL of another history is dropped: the project may have other keys by now.
  with due as (
    select m.sha256 from content.published_media m where m.sign_at < clock_timestamp() or m.signed_in <> v_history order by m.sign_at, m.sha256 limit 100 for update skip locked
  ), claimed as (
    update content.published_media m set sign_at = clock_timestamp() + interval '1 minute', signed_in = v_history,
      signed_url = case when m.signed_in = v_history then m.signed_url end, url_expires_at = case when m.signed_in = v_history then m.url_expires_at end
    from due d where d.sha256 = m.sha256 returning m.sha256
  )
  select array_agg(c.sha256) into v_names from claimed c;
  if v_names is not null then
    return json_build_object('task', 'sign', 'names', v_names, 'url_days', (select s.bundle_url_days from ops.signal_setting s));
  end if;

  if exists (select from content.unused_media u where u.remove_at < clock_timestamp()) then
    -- A name that no draft gave, such as that of a roll-back, unmarks nothing by itself. One statement sees the names and takes the marks.
    with named as (
      select n.name from private.named_media() n
    ), due as (
      select u.name from content.unused_media u
      where u.remove_at < clock_timestamp() and (u.is_claimed or u.name not in (select n.name from named n))
      order by u.remove_at, u.name limit 100 for update skip locked
    ), claimed as (
      update content.unused_media u set is_claimed = true, remove_at = clock_timestamp() + interval '1 minute' from due d where d.name = u.name
      returning u.name
    )
    select array_agg(c.name) into v_names from claimed c;
  end if;
  return case when v_names is not null then json_build_object('task', 'remove', 'names', v_names) end;
end
$$;
comment on function private.claim_media_work() is 'Claims up to 100 files for a minute: {task: sign | remove, names, url_days}. Null: no work.';

create function private.finish_media_signing(p_names json, p_urls json, p_expires_at timestamptz)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update content.published_media m
  set signed_url = u.value, url_expires_at = case when u.value is not null then p_expires_at end,
    -- A file that has no URL was never uploaded.
    sign_at = case when u.value is null then clock_timestamp() + interval '10 minutes' else clock_timestamp() + (p_expires_at - clock_timestamp()) / 2 end
  from json_array_elements_text(p_names) n (name)
  left join json_each_text(p_urls) u on u.key = n.name
  where m.sha256 = n.name
$$;
comment on function private.finish_media_signing(json, json, timestamptz) is 'Stores the signed URLs of claimed files by name. Those without one are tried again later.';

create function private.finish_media_removal(p_names json)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_names constant text[] := array(select json_array_elements_text(p_names));
begin
  delete from content.unused_media u where u.name = any (v_names);
  -- A release that names such a file later notes it anew, unless it did so since the claim.
  delete from content.published_media m where m.sha256 = any (v_names) and m.sha256 not in (select n.name from private.named_media() n);
  perform private.audit('remove_unused_media', 'content.unused_media', null, null, jsonb_build_object('files', v_names));
end
$$;
comment on function private.finish_media_removal(json) is 'Forgets files whose objects are removed. Audited with their names.';

grant execute on function private.claim_media_work(), private.finish_media_signing(json, json, timestamptz), private.finish_media_removal(json) to carrel_edge;

select private.schedule_job('media_unused', '27 3 * * *', '1 day', 'select ops.mark_unused_media()');

-- Source: schemas/50_deliver/media_names.sql
-- What:  a draft that names a file unmarks it, or is refused while the worker removes the file.
-- Why:   the removal is a call of Storage outside of any transaction. Without the order that the mark's lock gives, a draft could name a file
--        just after a claim, and the file would be gone.

create function private.keep_named_media()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_named text[];
  v_claimed text;
begin
  -- Few questions have media.
  select array_agg(distinct m.file ->> 'sha256') into v_named
  from named_question q cross join lateral jsonb_array_elements(q.media) m (file) where q.media <> '[]';
  if v_named is null then
    return null;
  end if;
  -- The lock waits for a claim in progress, and a claim passes by what is locked here. So either the claim or the name comes first.
  with mark as (select u.name, u.is_claimed from content.unused_media u where u.name = any (v_named) order by u.name for update)
  select min(k.name) into v_claimed from mark k where k.is_claimed;
  if v_claimed is not null then
    perform private.raise_error('busy', format(
      'The file %s is being removed from the bucket media, because nothing named it. Upload it and save again in a minute.', v_claimed), null, 60);
  end if;
  delete from content.unused_media u where u.name = any (v_named);
  return null;
end
$$;
comment on function private.keep_named_media() is
  'Unmarks the files that drafts name again. Refuses the name of a file that a worker is removing (busy): the file would be gone, and the draft would name it.';
create trigger question_keep_media_on_insert after insert on content.question referencing new table as named_question
for each statement execute function private.keep_named_media();
create trigger question_keep_media_on_update after update on content.question referencing new table as named_question
for each statement execute function private.keep_named_media();

-- Source: schemas/50_deliver/cursors.sql
-- What:  the cursors of pages: a place in the rows, signed with a key that only the server knows.
-- Why:   a caller could make up any number of places, each with an answer of its own. A signed place is one that the server returned, so
--        the function `content` refuses all others without a query (U8).

create table content.cursor_key (
  id  smallint not null default 1,
  key uuid not null default gen_random_uuid(),
  constraint cursor_key_pkey primary key (id),
  constraint cursor_key_one_row check (id = 1)
);
comment on table content.cursor_key is 'One row: the key that signs the cursors of pages. Whoever has it can make up cursors, and nothing else.';
insert into content.cursor_key default values;

alter table content.cursor_key enable row level security;
create policy cursor_key_all_nobody on content.cursor_key for all to anon, authenticated using (false);
create trigger cursor_key_stays before update or delete or truncate on content.cursor_key
  for each statement execute function private.forbid_change();

create function private.sign_place(p_place text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The first half of the hash reveals too little to extend the text.
  return p_place || '.' || left(encode(sha256((select uuid_send(k.key) from content.cursor_key k) || convert_to(p_place, 'UTF8')), 'hex'), 16);
end
$$;
comment on function private.sign_place(text) is
  'The cursor of a place: <place>.<first 16 hex digits of SHA-256 over the key and the place>. Always the same for the same place.';

create function private.signed_place(p_cursor text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_place constant text := left(p_cursor, -17);
begin
  if length(p_cursor) > 100 or private.sign_place(v_place) <> p_cursor then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  return v_place;
end
$$;
comment on function private.signed_place(text) is 'The place of a cursor, null for null. Raises cursor_invalid for a cursor that this server did not return.';

create function private.content_existing()
returns json
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object(
    'history', private.history(),
    'version', (select coalesce(max(r.version), 0) from content.release r),
    'schemas', (select json_agg(s.schema order by s.schema) from content.schema s),
    'unknown_schema', private.unknown_schema(),
    'domains', (select coalesce(json_agg(distinct n.id), '[]') from content.tree_node n where n.kind = 'domain'),
    'skills', (select coalesce(json_agg(distinct n.id), '[]') from content.tree_node n where n.kind = 'skill'),
    'cursor_key', (select encode(uuid_send(k.key), 'hex') from content.cursor_key k))
$$;
comment on function private.content_existing() is
  'What a request for content can name: {history, version, schemas, unknown_schema, domains, skills, cursor_key}. Domains and skills are those of every version that can be read.';

grant execute on function private.content_existing() to carrel_edge;

-- Source: schemas/50_deliver/change.sql
-- What:  the rows of a snapshot, the rows of a delta, and the choice of the smaller one.
-- Why:   both are exact at `until` while newer releases appear. The cost of a delta follows the change, not the tables (C1-C3, C7).

create function private.check_content_cursor(p_history text, p_since integer, p_until integer)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head integer := coalesce((select max(r.version) from content.release r), 0);
  v_horizon integer := private.content_horizon();
  v_until integer := coalesce(p_until, v_head);
begin
  if p_since is null or p_since < 0 or p_until < p_since then
    perform private.raise_error('cursor_invalid', '`since` and `until` must be versions with 0 <= since <= until.', 'cursor_invalid');
  end if;
  if (p_since > 0 or p_history is not null) and p_history is distinct from private.history() then
    perform private.raise_error('history_changed', 'The server''s history has changed. Start over from version 0.', 'history_changed');
  end if;
  if p_since > v_head or v_until > v_head then
    perform private.raise_error('cursor_ahead', 'This version is ahead of the server. Start over from version 0.', 'cursor_ahead');
  end if;
  -- Below the horizon revisions are missing. The caller's snapshot shows the horizon and the rows at the same moment.
  if (p_since > 0 and p_since < v_horizon) or v_until < v_horizon then
    perform private.raise_error('cursor_too_old', 'The changes since this version are no longer kept. Start over from version 0.', v_horizon::text);
  end if;
  return v_until;
end
$$;
comment on function private.check_content_cursor(text, integer, integer) is
  'The version to read until (by default the head). Raises an error if the device must start over.';

create function private.page_rows(p_name text, p_rows integer)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select private.row_limit(p_name, p_rows, private.default_page_rows(), private.max_page_rows()) $$;
comment on function private.page_rows(text, integer) is 'The row limit of a page of content: row_limit() with the limits of content.';

create function private.page_frame_bytes()
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select 512 $$;
comment on function private.page_frame_bytes() is 'The room for the first and the last line of a page, which have at most 300 bytes.';

create function private.snapshot_row(
  p_schema smallint, p_until integer, p_domains uuid[],
  p_after_version integer, p_after_kind text, p_after_id uuid, p_limit integer)
returns table (version integer, kind text, id uuid, op text, body text)
language sql
stable
set search_path = pg_catalog, pg_temp
-- The planner does not know the limit, so it would read and sort everything: 1.5 s for a page of 500,000 rows.
-- These settings leave only the index scan in index order, which takes 10 ms.
set enable_seqscan = off
set jit = off
set enable_bitmapscan = off
set enable_sort = off
set enable_incremental_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  -- The row comparison uses the index's columns in order, so each page starts where the last one ended.
  select r.version, r.kind, r.id, r.op, r.body
  from content.revision r
  where p_schema between r.from_schema and r.schema
    and (r.version, r.kind, r.id) > (p_after_version, p_after_kind, p_after_id)
    and r.version <= p_until
    and r.op = 'upsert'
    and (p_domains is null or r.domain_id = any (p_domains))
    and not exists (
      select from content.revision newer
      where p_schema between newer.from_schema and newer.schema and newer.kind = r.kind and newer.id = r.id
        and newer.version > r.version and newer.version <= p_until)
  order by r.version, r.kind, r.id
  limit p_limit
$$;
comment on function private.snapshot_row(smallint, integer, uuid[], integer, text, uuid, integer) is
  'The rows of a version in some domains (null: all), after a given row.';

create function private.is_rolled_back(p_since integer, p_until integer)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select from content.release r where r.version > p_since and r.version <= p_until and r.rollback_to is not null)
$$;
comment on function private.is_rolled_back(integer, integer) is
  'Whether a roll-back lies between two versions. Only then rows are compared with those of the older one: usually all of them differ.';

create function private.content_change(
  p_schema smallint, p_since integer, p_until integer, p_domains uuid[],
  p_after_version integer, p_after_kind text, p_after_id uuid, p_limit integer, p_same boolean default false)
returns table (version integer, kind text, id uuid, op text, body text)
language sql
stable
set search_path = pg_catalog, pg_temp
-- As for snapshot_row().
set enable_seqscan = off
set jit = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  with span as materialized (
    select x.version, x.kind, x.id from content.revision x
    where p_schema between x.from_schema and x.schema and x.version >= greatest(p_after_version, p_since + 1) and x.version <= p_until
  )
  select r.version, r.kind, r.id,
    case when not member.at_until then 'delete' when held.is_same then 'same' else 'upsert' end,
    case when member.at_until and not held.is_same then r.body end
  from content.revision r
  cross join lateral (
    select r.op = 'upsert' and (p_domains is null or r.domain_id = any (p_domains)) as at_until
  ) member
  -- Kind and version come first in a text. Equal texts have the same domain, so that the device holds the row.
  cross join lateral (
    select p_same and member.at_until and coalesce((
      select substr(b.body, strpos(b.body, '"id":')) = substr(r.body, strpos(r.body, '"id":')) from content.revision b
      where p_schema between b.from_schema and b.schema and b.kind = r.kind and b.id = r.id and b.version <= p_since
      order by b.version desc
      limit 1), false) as is_same
  ) held
  where p_schema between r.from_schema and r.schema
    -- One lower bound: above every row of `since`, or after the previous page. With two bounds the index may start at the lower one,
    -- 8,000 blocks too early at 500,000 rows. No kind sorts after 'z'.
    and (r.version, r.kind, r.id) >
      (greatest(p_after_version, p_since), case when p_after_version > p_since then p_after_kind else 'z' end, p_after_id)
    and r.version <= p_until
    -- Excludes rows that changed again before `until`, using the span's index entries. Look-ups in the primary key would grow with
    -- the tables: 500,000 rows have one more index level, one more block per row.
    and (r.version, r.kind, r.id) not in (
      select s.version, s.kind, s.id
      from (select x.*, max(x.version) over (partition by x.kind, x.id) as last from span x) s
      where s.version < s.last)
    -- Only devices that hold a row get its deletion: rows of their domains as of `since`.
    and (member.at_until or exists (
      select from (
        select b.op, b.domain_id from content.revision b
        where p_schema between b.from_schema and b.schema and b.kind = r.kind and b.id = r.id and b.version <= p_since
        order by b.version desc
        limit 1
      ) before
      where before.op = 'upsert' and (p_domains is null or before.domain_id = any (p_domains))))
  order by r.version, r.kind, r.id
  limit p_limit
$$;
comment on function private.content_change(smallint, integer, integer, uuid[], integer, text, uuid, integer, boolean) is
  'The rows that differ between two versions for a device with some domains (null: all): upsert with the exact body, or delete. '
  'With p_same also same: an upsert whose text differs in its version alone. '
  'A row that entered the domains: upsert. A row that left them: delete. A row that was never in them: nothing.';

create function private.content_since(
  p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_same boolean default false)
returns integer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_snapshot bigint;
  v_delta bigint;
begin
  if p_since = 0 then
    return 0;
  end if;
  select coalesce(sum(u.bytes), 0), coalesce(sum(u.change_bytes - coalesce(s.change_bytes, 0)), 0)
  into v_snapshot, v_delta
  from unnest(coalesce(p_domains, '{00000000-0000-0000-0000-000000000000}')) d (id)
  left join lateral (
    select z.bytes, z.change_bytes from content.release_size z
    where z.schema = p_schema and z.domain_id = d.id and z.version <= p_until order by z.version desc limit 1
  ) u on true
  left join lateral (
    select z.change_bytes from content.release_size z
    where z.schema = p_schema and z.domain_id = d.id and z.version <= p_since order by z.version desc limit 1
  ) s on true;
  -- The bound counts a row once per release that changed it. The exact delta is measured only if the bound exceeds the snapshot.
  if v_delta > v_snapshot then
    select coalesce(sum(coalesce(octet_length(c.body) + 1, 100)), 0) into v_delta
    from private.content_change(p_schema, p_since, p_until, p_domains, 0, '', '00000000-0000-0000-0000-000000000000', null, p_same) c;
  end if;
  return case when v_delta > v_snapshot then 0 else p_since end;
end
$$;
comment on function private.content_since(smallint, integer, integer, uuid[], boolean) is
  'p_since, or 0 if the snapshot is smaller than the delta. Later releases do not change the result.';

-- Source: schemas/50_deliver/bundle_text.sql
-- What:  the text of one part of a bundle, and the split of a bundle into parts.
-- Why:   a part is at most as large as a page. Where it ends shows only when its rows are read, so the rest becomes the next part then.

create function private.bundle_text(p_lease uuid)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_bundle content.bundle;
  v_after text[];
  v_is_last boolean;
  v_most integer;
  v_text text;
  v_found integer;
  v_rows integer;
  v_place text;
begin
  select * into v_bundle from content.bundle b where b.lease = p_lease and b.stored_at is null;
  if not found then
    return null;
  end if;
  v_after := string_to_array(coalesce(v_bundle.after, '0.a.00000000-0000-0000-0000-000000000000'), '.');
  v_is_last := not exists (
    select from content.bundle b
    where b.history = v_bundle.history and b.schema = v_bundle.schema and b.domain_id = v_bundle.domain_id and b.version = v_bundle.version
      and b.part = v_bundle.part + 1);
  v_most := least(v_bundle.rows, private.max_page_rows());

  -- 1 The rows of the part: as many as a page may have, and one more to see whether there is one. A part that was split before has its rows already.
  with found as materialized (
    select r.*, row_number() over w as place, sum(octet_length(r.body) + 1) over w as bytes
    from private.snapshot_row(
      v_bundle.schema, v_bundle.version, array[v_bundle.domain_id], v_after[1]::integer, v_after[2], v_after[3]::uuid, v_most + 1) r
    window w as (order by r.version, r.kind, r.id)
  )
  select string_agg(f.body || E'\n', '' order by f.place), count(*), max(a.found),
    (array_agg(f.version || '.' || f.kind || '.' || f.id order by f.place desc))[1]
  into v_text, v_rows, v_found, v_place
  from found f, (select count(*) as found from found) a
  where f.place <= v_most
    and (f.place = 1 or not v_is_last or f.bytes <= private.max_page_bytes() - private.page_frame_bytes());
  -- A wrong file would be cached for a year, so the rows of all parts must be as many as the hash tree has.
  if coalesce(v_found, 0) < v_most or (v_is_last and v_found > v_bundle.rows) then
    raise exception 'Part % of domain % at version % does not have % rows, which its node in the hash tree has.',
      v_bundle.part, v_bundle.domain_id, v_bundle.version, v_bundle.rows;
  end if;

  -- 2 The rest is the next part. Its row is written in the same statement as this one's end.
  if v_rows < v_bundle.rows then
    with cut as (
      update content.bundle b set rows = v_rows
      where b.lease = p_lease and b.stored_at is null and b.rows = v_bundle.rows
      returning b.*
    )
    insert into content.bundle (history, schema, domain_id, version, part, rows, after)
    select c.history, c.schema, c.domain_id, c.version, c.part + 1, v_bundle.rows - v_rows, v_place from cut c;
  end if;
  return format('{"kind":"page","history":"%s","schema":%s,"since":0,"until":%s,"domain":"%s"}',
      v_bundle.history, v_bundle.schema, v_bundle.version, v_bundle.domain_id) || E'\n'
    || v_text || format('{"kind":"end","rows":%s,"next":null}', v_rows) || E'\n';
end
$$;
comment on function private.bundle_text(uuid) is
  'The lines of the part that a lease holds: a page line, rows of the domain (exact bodies), an end line. They never change. '
  'Null: the lease has passed to another worker.';

grant execute on function private.bundle_text(uuid) to carrel_edge;

-- Source: schemas/50_deliver/page.sql
-- What:  content_delta(): a delta or a snapshot, one page at a time.
-- Why:   pages at a fixed `until` can be resumed, stored and shared: the same request always gives the same bytes (C1, C2).

create function private.content_page(
  p_history text, p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_after text, p_limit integer,
  p_bytes integer default null, p_same boolean default false)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_until integer := private.check_content_cursor(p_history, p_since, p_until);
  v_limit constant integer := private.page_rows('limit', p_limit);
  v_bytes constant integer := coalesce(p_bytes, private.max_page_bytes()) - private.page_frame_bytes();
  v_same constant boolean := p_same and p_since > 0 and private.is_rolled_back(p_since, v_until);
  v_after text[];
  v_since integer;
  v_prefix text;
begin
  perform private.require_schema(p_schema);
  if cardinality(p_domains) > private.max_domains() then
    perform private.raise_error('malformed_request', format('`domains` may have at most %s ids.', private.max_domains()), 'domains');
  end if;
  v_after := regexp_match(coalesce(private.signed_place(p_after), '0.a.00000000-0000-0000-0000-000000000000'),
    '^(whole\.)?(\d{1,9})\.([a-z]{1,8})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
  if v_after is null then
    perform private.raise_error('cursor_invalid', 'The page cursor is the cursor of a node.', 'cursor_invalid');
  end if;
  -- Decided for the first page. The cursor carries the decision to the following pages.
  v_since := case
    when p_after is null then private.content_since(p_schema, p_since, v_until, p_domains, v_same)
    when v_after[1] is not null then 0
    else p_since
  end;
  v_prefix := case when v_since < p_since then 'whole.' else '' end;
  return (
    with change as materialized (
      select c.version, c.kind, c.id,
        coalesce(c.body, format('{"kind":"%s","of":"%s","id":"%s","version":%s}',
          case c.op when 'same' then 'same' else 'tombstone' end, c.kind, c.id, c.version)) as line
      from (
        select * from private.snapshot_row(p_schema, v_until, p_domains, v_after[2]::integer, v_after[3], v_after[4]::uuid, v_limit + 1)
        where v_since = 0
        union all
        select * from private.content_change(p_schema, v_since, v_until, p_domains, v_after[2]::integer, v_after[3], v_after[4]::uuid, v_limit + 1, v_same)
        where v_since > 0
      ) c
    ), placed as (
      -- The length of a body that is stored outside of its row is known without reading it.
      select c.*, row_number() over w as place, sum(octet_length(c.line) + 1) over w as bytes
      from change c
      window w as (order by c.version, c.kind, c.id)
    ), page as (
      select p.* from placed p where p.place <= v_limit and (p.place = 1 or p.bytes <= v_bytes)
    )
    select format('{"kind":"page","history":"%s","schema":%s,"since":%s,"until":%s}', private.history(), p_schema, v_since, v_until)
      || E'\n'
      || coalesce(string_agg(p.line || E'\n', '' order by p.place), '')
      || format('{"kind":"end","rows":%s,"next":%s}', count(*), case when count(*) < (select count(*) from change) then to_json(private.sign_place(
        v_prefix || (array_agg(p.version || '.' || p.kind || '.' || p.id order by p.place desc))[1])) else 'null' end)
      || E'\n'
    from page p);
end
$$;
comment on function private.content_page(text, smallint, integer, integer, uuid[], text, integer, integer, boolean) is
  'One NDJSON page: a "page" line, row lines (exact bodies) and "tombstone" lines, and an "end" line with the cursor of the next page or null. '
  'At most p_limit rows and p_bytes bytes (by default 1 MiB), but at least one row. The page''s `since` is 0 if the snapshot is smaller than the delta. With p_same, rows that a '
  'roll-back has brought back come as "same" lines, without their texts. With `until`, '
  'the same arguments always give the same bytes.';

create function private.content_delta(
  p_history text, p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_after text, p_limit integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lines text[];
begin
  perform private.page_rows('page_rows', p_limit);
  -- The lines are JSON strings, because a body inside a JSON document would not keep its exact bytes. As strings they have
  -- up to twice the bytes, so the page has half of them.
  v_lines := string_to_array(private.content_page(p_history, coalesce(p_schema, private.default_content_schema()::smallint), p_since, p_until,
    p_domains, p_after, p_limit, private.max_page_bytes() / 2), E'\n');
  return json_build_object(
    'page', v_lines[1]::json,
    'lines', to_json(v_lines[2:cardinality(v_lines) - 2]),
    'end', v_lines[cardinality(v_lines) - 1]::json);
end
$$;
comment on function private.content_delta(text, smallint, integer, integer, uuid[], text, integer) is
  'The core of content_delta().';

create function public.content_delta(
  history text default null, since integer default 0, until integer default null, domains uuid[] default null,
  after text default null, page_rows integer default null, schema smallint default null)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.content_delta(history, schema, since, until, domains, after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.content_delta(text, integer, integer, uuid[], text, integer, smallint) is
  'Changes between two versions, one page at a time (by default 1000 rows, at most 2000, and about 1 MiB), in at most 200 domains: {page, lines, end}. '
  'A line is a row''s exact text or a tombstone. since 0 gives the snapshot. If the snapshot is smaller than the delta, it is sent instead and page.since is 0. '
  'Errors: malformed_request, history_changed, cursor_ahead, cursor_invalid, cursor_too_old, upgrade_required, overloaded.';

grant execute on function private.content_delta(text, smallint, integer, integer, uuid[], text, integer) to authenticated, service_role;
grant execute on function private.content_page(text, smallint, integer, integer, uuid[], text, integer, integer, boolean) to carrel_edge;
grant execute on function public.content_delta(text, integer, integer, uuid[], text, integer, smallint) to authenticated, service_role;

-- Source: schemas/50_deliver/manifest.sql
-- What:  content_manifest(): the hash tree of one version, and the files that contain its rows. content_domains(): the upper nodes alone.
-- Why:   a device compares the manifest with its own tree, finds the damaged skills, and fetches only those (C6).

create function private.tree_node_at(p_schema smallint, p_version integer)
returns table (kind text, id uuid, hash bytea, rows integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select n.kind, n.id, n.hash, n.rows
  from (
    select distinct on (t.kind, t.id) t.kind, t.id, t.hash, t.rows
    from content.tree_node t
    where t.schema = p_schema and t.version <= p_version
    order by t.kind, t.id, t.version desc
  ) n
  where n.rows > 0 or n.kind = 'release'
$$;
comment on function private.tree_node_at(smallint, integer) is 'The nodes of the hash tree at a version.';

create function private.published_version(p_history text, p_schema smallint, p_version integer)
returns integer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version integer;
begin
  perform private.require_schema(p_schema);
  v_version := private.check_content_cursor(p_history, 0, p_version);
  if v_version = 0 then
    perform private.raise_error('release_unknown', 'Nothing is published yet.', '0');
  end if;
  return v_version;
end
$$;
comment on function private.published_version(text, smallint, integer) is
  'The version to describe (by default the head). Raises an error if it is not served, or nothing is published.';

create function private.content_manifest(p_history text, p_schema smallint, p_version integer)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant integer := private.published_version(p_history, p_schema, p_version);
begin
  return (
    with node as materialized (select * from private.tree_node_at(p_schema, v_version)),
    -- The tree does not record a skill's domain; the skill's row of that version does.
    skill as (
      select distinct on (r.id) r.id, r.domain_id
      from content.revision r
      where p_schema between r.from_schema and r.schema and r.kind = 'skill' and r.version <= v_version
      order by r.id, r.version desc
    ),
    domain_skill as (
      select s.domain_id, json_agg(json_build_object('id', n.id, 'hash', encode(n.hash, 'hex'), 'rows', n.rows) order by n.id) as skills
      from node n
      join skill s on s.id = n.id
      where n.kind = 'skill'
      group by s.domain_id
    )
    select json_build_object(
      'history', private.history(), 'schema', p_schema, 'version', v_version,
      'root', encode(r.hash, 'hex'), 'rows', r.rows,
      'domains', (
        select coalesce(json_agg(json_build_object(
          'id', n.id, 'hash', encode(n.hash, 'hex'), 'rows', n.rows, 'skills', coalesce(d.skills, '[]')) order by n.id), '[]')
        from node n
        left join domain_skill d on d.domain_id = n.id
        where n.kind = 'domain'),
      'bundles', private.content_bundles(p_schema, v_version))
    from node r
    where r.kind = 'release');
end
$$;
comment on function private.content_manifest(text, smallint, integer) is
  '{history, schema, version, root, rows, domains: [{id, hash, rows, skills: [{id, hash, rows}]}], bundles}, ids in ascending order. '
  'Only the bundles can change later.';

create function private.content_domains(p_history text, p_schema smallint, p_version integer)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant integer := private.published_version(p_history, p_schema, p_version);
begin
  return (
    select json_build_object(
      'history', private.history(), 'schema', p_schema, 'version', v_version,
      'root', max(encode(n.hash, 'hex')) filter (where n.kind = 'release'),
      'domains', coalesce(json_agg(json_build_object('id', n.id, 'hash', encode(n.hash, 'hex'), 'rows', n.rows) order by n.id)
        filter (where n.kind = 'domain'), '[]'))
    from private.tree_node_at(p_schema, v_version) n
    where n.kind in ('release', 'domain'));
end
$$;
comment on function private.content_domains(text, smallint, integer) is
  '{history, schema, version, root, domains: [{id, hash, rows}]}, ids in ascending order: the nodes that a device with some domains needs of the others. '
  'The same arguments always give the same bytes.';

grant execute on function private.content_domains(text, smallint, integer) to carrel_edge;
grant execute on function private.content_manifest(text, smallint, integer) to carrel_edge;

-- Source: schemas/50_deliver/node.sql
-- What:  content_node(): the rows of one node of the hash tree: a skill with its questions, or a domain alone.
-- Why:   a device repairs the damaged part of its cache, not the whole cache (C6).

create function private.content_node(
  p_history text, p_schema smallint, p_version integer, p_id uuid, p_after text, p_limit integer)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version integer;
  v_limit constant integer := private.page_rows('limit', p_limit);
  -- `own`: after the row of the node itself. Otherwise the id of a question.
  v_place text;
  v_question uuid;
  v_own text;
begin
  perform private.require_schema(p_schema);
  v_version := private.check_content_cursor(p_history, 0, p_version);
  v_place := private.signed_place(p_after);
  if v_place <> 'own' and not pg_input_is_valid(v_place, 'uuid') then
    perform private.raise_error('cursor_invalid', 'The page cursor is not the cursor of a node.', 'cursor_invalid');
  end if;
  v_question := nullif(v_place, 'own');
  -- An id normally belongs to one kind. If a domain and a skill share an id, the skill counts.
  select r.body into v_own
  from (values ('skill'), ('domain')) k (kind)
  cross join lateral (
    select x.op, x.body from content.revision x
    where p_schema between x.from_schema and x.schema and x.kind = k.kind and x.id = p_id and x.version <= v_version
    order by x.version desc
    limit 1
  ) r
  where r.op = 'upsert'
  order by k.kind desc
  limit 1;
  if v_own is null then
    perform private.raise_error('not_found', 'This version has no such skill or domain.', p_id::text);
  end if;
  return (
    with question as materialized (
      select r.id, r.body
      from content.revision r
      where p_schema between r.from_schema and r.schema and r.skill_id = p_id and r.kind = 'question' and r.op = 'upsert'
        and r.version <= v_version and (v_question is null or r.id > v_question)
        -- Not changed, withdrawn or moved to another skill later.
        and not exists (
          select from content.revision newer
          where p_schema between newer.from_schema and newer.schema and newer.kind = r.kind and newer.id = r.id
            and newer.version > r.version and newer.version <= v_version)
      order by r.id
      limit v_limit + 1
    ), node_row as (
      select null::uuid as id, v_own as body where v_place is null
      union all
      select q.id, q.body from question q
    ), placed as (
      select r.*, row_number() over w as place, count(r.id) over w as questions, sum(octet_length(r.body) + 1) over w as bytes
      from node_row r
      window w as (order by r.id nulls first)
    ), page as (
      select p.* from placed p
      where p.questions <= v_limit and (p.place = 1 or p.bytes <= private.max_page_bytes() - private.page_frame_bytes())
    )
    select format('{"kind":"page","history":"%s","schema":%s,"since":0,"until":%s,"node":"%s"}', private.history(), p_schema, v_version, p_id)
      || E'\n'
      || coalesce(string_agg(p.body || E'\n', '' order by p.place), '')
      || format('{"kind":"end","rows":%s,"next":%s}', count(*), case when count(*) < (select count(*) from node_row) then to_json(private.sign_place(
        coalesce((array_agg(p.id order by p.place desc))[1]::text, 'own'))) else 'null' end)
      || E'\n'
    from page p);
end
$$;
comment on function private.content_node(text, smallint, integer, uuid, text, integer) is
  'One NDJSON page with the rows of a skill and its questions, or of a domain alone, at a version. '
  'Form, paging and limits are those of content_page(). The same arguments always give the same bytes.';

grant execute on function private.content_node(text, smallint, integer, uuid, text, integer) to carrel_edge;

-- Source: schemas/50_deliver/report.sql
-- What:  ops.content_report: caches that devices found damaged, and their repairs. Kept as long as the setting says.
-- Why:   a bad disk affects one device. The same skill on a thousand devices is a fault of the server (C6, O4).
create table ops.content_report (
  user_id     uuid not null,
  reported_on date not null,
  number      smallint not null,
  reported_at timestamptz not null,
  kind        text not null,
  version     integer not null,
  rows        integer not null,
  nodes       uuid[] not null,
  constraint content_report_pkey primary key (user_id, reported_on, number),
  -- A device that repairs in a loop adds at most 20 rows a day.
  constraint content_report_number_in_range check (number between 1 and 20),
  constraint content_report_kind_known check (kind in ('mismatch', 'repair')),
  constraint content_report_counts_not_negative check (version >= 1 and rows >= 0),
  constraint content_report_nodes_count check (cardinality(nodes) <= 200)
);
-- For pruning, across all learners.
create index content_report_reported_on_idx on ops.content_report (reported_on);
comment on table ops.content_report is 'Devices'' reports about their caches. At most 20 per learner and day (UTC); further reports are dropped.';
alter table ops.content_report enable row level security;
create policy content_report_all_nobody on ops.content_report for all to anon, authenticated using (false);

create function private.report_content(p_user uuid, p_session uuid, p_report text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_day constant date := (v_now at time zone 'utc')::date;
  v_report jsonb;
  v_field text;
begin
  if private.is_jsonb(p_report) then
    v_report := p_report::jsonb;
  end if;
  v_field := case
    when v_report is null or jsonb_typeof(v_report) <> 'object' then 'body'
    when v_report ->> 'kind' is null or v_report ->> 'kind' not in ('mismatch', 'repair') then 'kind'
    when coalesce(jsonb_typeof(v_report -> 'version'), '') <> 'number' or v_report ->> 'version' !~ '^[1-9]\d{0,8}$' then 'version'
    when coalesce(jsonb_typeof(v_report -> 'rows'), '') <> 'number' or v_report ->> 'rows' !~ '^\d{1,9}$' then 'rows'
    when coalesce(jsonb_typeof(v_report -> 'nodes'), '') <> 'array' then 'nodes'
    when jsonb_array_length(v_report -> 'nodes') > 200 or exists (
      select from jsonb_array_elements(v_report -> 'nodes') n (node)
      where jsonb_typeof(n.node) <> 'string' or n.node #>> '{}' !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') then 'nodes'
  end;
  if v_field is not null then
    perform private.raise_error('malformed_request', format('`%s` is missing or invalid.', v_field), v_field);
  end if;
  -- The learner's lock waits for an erasure under way, and gives simultaneous reports different numbers.
  insert into learner.state (user_id) values (p_user) on conflict do nothing;
  perform from learner.state s where s.user_id = p_user for update;
  perform private.refuse_absent(p_user);
  perform private.refuse_during_upgrade();
  perform private.require_session(p_user, p_session, null);
  insert into ops.content_report (user_id, reported_on, number, reported_at, kind, version, rows, nodes)
  select p_user, v_day, n.taken + 1, v_now, v_report ->> 'kind', (v_report ->> 'version')::integer, (v_report ->> 'rows')::integer,
    array(select (e.node)::uuid from jsonb_array_elements_text(v_report -> 'nodes') e (node))
  from (
    select count(*)::smallint as taken from ops.content_report r where r.user_id = p_user and r.reported_on = v_day
  ) n
  where n.taken < 20;
  return found;
end
$$;
comment on function private.report_content(uuid, uuid, text) is
  'Stores a report {kind, version, rows, nodes}. False: the learner has 20 reports today. Errors: malformed_request, erased, unauthenticated, session_ended, device_revoked.';

create function private.delete_reports(p_before date)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from ops.content_report r where r.reported_on < p_before;
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform private.audit('prune_content_reports', 'ops.content_report', null, jsonb_build_object('reports', v_count), null);
  end if;
  return v_count;
end
$$;
comment on function private.delete_reports(date) is 'Deletes the reports of earlier days and returns their number. Audited.';

create function ops.prune_content_reports(p_keep interval default null)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_keep constant interval := coalesce(p_keep, (select s.keep_reports from ops.content_setting s));
begin
  perform private.require_role('admin');
  perform private.require_interval('p_keep', v_keep);
  return private.delete_reports(((clock_timestamp() - v_keep) at time zone 'utc')::date);
end
$$;
comment on function ops.prune_content_reports(interval) is
  'Deletes reports older than p_keep (null: the setting) and returns their number. Admins and a nightly job.';

grant execute on function private.report_content(uuid, uuid, text) to carrel_edge;

select private.schedule_job('reports_prune', '53 3 * * *', '1 day', 'select ops.prune_content_reports()');

-- Source: schemas/50_deliver/contact.sql
-- What:  contacts of devices that push nothing, with the version that each one reports; and the freshness of all devices.
-- Why:   instructors and operators ask which devices have a release. A device that only pulls must be counted (C4, O3, O4),
--        listed, revocable and hinted too (O2, S1).

create function private.contacts_of(p_contacts json)
returns table (learner uuid, session uuid, device uuid, version integer, place bigint)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select c.learner, c.session, c.device, c.version, c.place
  from rows from (json_to_recordset(p_contacts) as (learner uuid, session uuid, device uuid, version integer))
    with ordinality as c (learner, session, device, version, place)
$$;
comment on function private.contacts_of(json) is 'The contacts of record_contacts() as rows, with their place.';

create function private.record_contacts(p_contacts json)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_head constant integer := coalesce((select max(r.version) from content.release r), 0);
  v_learners uuid[];
  v_count integer;
begin
  if private.is_upgrading() then
    return 0;
  end if;
  v_learners := private.hold_off_erasures(array(
    select distinct c.learner from private.contacts_of(p_contacts) c
    -- Content may be read until the token expires. That leaves no trace of a session that has ended or was revoked.
    where private.session_refusal(c.learner, c.session, null) is null));
  -- A contact that is recorded after the revocation of its device ends the session that it was made with, if that was opened before.
  perform private.note_session(c.learner, c.session, c.device, v_now)
  from (
    select distinct c.learner, c.session, c.device
    from private.contacts_of(p_contacts) c
    join learner.device d on d.user_id = c.learner and d.device_id = c.device and d.revoked_at is not null
    where c.learner = any (v_learners) and c.session is not null
  ) c;
  with contact as (
    -- The last report counts, because a restored device may hold less than before. Null: no report.
    select c.learner, c.device, (array_agg(c.version order by c.place desc) filter (where c.version is not null))[1] as version,
      (array_agg(c.session order by c.place desc))[1] as session
    from private.contacts_of(p_contacts) c
    where c.learner = any (v_learners) and private.session_refusal(c.learner, c.session, c.device) is null
      -- A version that does not exist may come from an earlier history that an isolate still has in memory.
      and (c.version is null or c.version between 0 and v_head)
    group by c.learner, c.device
  ),
  recorded as (
    insert into learner.device as d (user_id, device_id, content_version, first_seen_at, last_seen_at, session_id)
    select c.learner, c.device, c.version, v_now, v_now, c.session
    from contact c
    order by c.learner, c.device
    on conflict (user_id, device_id) do update set
      content_version = coalesce(excluded.content_version, d.content_version), last_seen_at = excluded.last_seen_at,
      session_id = coalesce(excluded.session_id, d.session_id)
    returning 1
  )
  select count(*) into v_count from recorded;
  return v_count;
end
$$;
comment on function private.record_contacts(json) is
  'Records contacts and the versions that devices hold (null: not reported): [{learner, session, device, version}], in the order of arrival at an isolate. '
  'Returns their number. Contacts of busy learners are skipped, because their devices will return. Contacts of sessions and devices that may not '
  'pull are not recorded.';

create function ops.content_freshness(p_active interval default '30 days')
returns table (version integer, published_at timestamptz, state text, devices bigint, share numeric)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'support', 'admin');
  perform private.require_interval('p_active', p_active);
  return query
  select d.content_version, r.published_at,
    case
      when d.content_version is null then 'unknown'
      when d.content_version < private.minimum_version() then 'must_update'
      when d.content_version < (select max(x.version) from content.release x) then 'outdated'
      else 'current'
    end,
    count(*), round(count(*) / sum(count(*)) over (), 4)
  from learner.device d
  left join content.release r on r.version = d.content_version
  where d.last_seen_at > now() - p_active and d.revoked_at is null
  group by d.content_version, r.published_at
  order by d.content_version desc nulls last;
end
$$;
comment on function ops.content_freshness(interval) is
  'The versions that recently seen devices hold, newest first, with their number and share: current, outdated, must_update or unknown.';

grant execute on function private.record_contacts(json) to carrel_edge;

-- Source: schemas/50_deliver/compaction.sql
-- What:  ops.compact_content(): deletes content that no device can request any more, and advances the horizon.
-- Why:   every release adds revisions. A device that was away too long starts over anyway (C3).

create function private.version_left_behind(p_keep_versions integer, p_keep_age interval)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- A device that was current p_keep_age ago holds the newest release of that time and still gets its delta.
  select greatest(0, least(
    (select coalesce(max(r.version), 0) - p_keep_versions from content.release r),
    (select coalesce(max(r.version), 0) from content.release r where r.published_at <= clock_timestamp() - p_keep_age)))
$$;
comment on function private.version_left_behind(integer, interval) is
  'The newest version that may become the horizon: p_keep_versions below the head, and not newer than the release of p_keep_age ago.';

create function private.delete_superseded(p_horizon integer, p_answers integer, p_before integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_revisions integer;
  v_nodes integer;
  v_sizes integer;
  v_keys integer;
  v_report json;
begin
  -- 1 Delete rows that were superseded at the horizon in every content schema that has them. Delete tombstones at the horizon too, because
  --   a missing row means the same. Tombstones of skills stay: ingest knows from them that the skill was published.
  delete from content.revision r
  where r.version <= p_horizon
    and ((r.op = 'delete' and r.kind <> 'skill') or not exists (
      select from content.schema s
      where s.schema between r.from_schema and r.schema and not exists (
        select from content.revision newer
        where s.schema between newer.from_schema and newer.schema and newer.kind = r.kind and newer.id = r.id
          and newer.version > r.version and newer.version <= p_horizon)));
  get diagnostics v_revisions = row_count;

  delete from content.tree_node t
  where t.version <= p_horizon
    and (t.rows = 0 and t.kind <> 'release' or exists (
      select from content.tree_node newer
      where newer.schema = t.schema and newer.kind = t.kind and newer.id = t.id
        and newer.version > t.version and newer.version <= p_horizon));
  get diagnostics v_nodes = row_count;

  delete from content.release_size z
  where z.version <= p_horizon and exists (
    select from content.release_size newer
    where newer.schema = z.schema and newer.domain_id = z.domain_id
      and newer.version > z.version and newer.version <= p_horizon);
  get diagnostics v_sizes = row_count;

  -- 2 Answer keys have their own retention, keep_answers. An outbox may hold answers to a version far below the horizon,
  --   and they are graded by the version answered. Each question's key at that limit stays permanently, even if withdrawn.
  delete from content.answer_key k
  where k.version <= p_answers and exists (
    select from content.answer_key newer
    where newer.question_id = k.question_id and newer.version > k.version and newer.version <= p_answers);
  get diagnostics v_keys = row_count;
  v_report := json_build_object('horizon', p_horizon, 'before', p_before, 'revisions', v_revisions, 'tree_nodes', v_nodes, 'sizes', v_sizes, 'answer_keys', v_keys);
  perform private.audit('compact_content', 'content.release', p_horizon::text, null, v_report::jsonb);
  return v_report;
end
$$;
comment on function private.delete_superseded(integer, integer, integer) is
  'Deletes revisions, tree nodes and sizes below a horizon, and answer keys below another one. Returns their numbers, and the horizon before. Audited.';

create function ops.compact_content(
  p_keep_versions integer default null, p_keep_age interval default null, p_keep_answers interval default null)
returns json
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_setting ops.content_setting;
  v_horizon integer;
  v_answers integer;
  v_before integer;
begin
  perform private.require_role('admin');
  if current_setting('transaction_isolation') <> 'read committed' then
    perform private.raise_error('wrong_isolation', 'Compaction needs a READ COMMITTED transaction.');
  end if;
  -- 1 The lock keeps releases out. Readers continue: each page reads its rows and the horizon in one snapshot.
  --   So a page is complete or refused with cursor_too_old.
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));
  select * into v_setting from ops.content_setting;
  v_before := v_setting.horizon;
  -- The horizon never moves back: deleted rows do not return, whatever the settings are.
  v_horizon := greatest(v_before, private.version_left_behind(
    greatest(coalesce(p_keep_versions, v_setting.keep_versions), 0), coalesce(p_keep_age, v_setting.keep_age)));
  v_answers := least(v_horizon, private.version_left_behind(0, greatest(
    coalesce(p_keep_answers, v_setting.keep_answers), coalesce(p_keep_age, v_setting.keep_age))));
  update ops.content_setting set horizon = v_horizon where id = 1 and horizon <> v_horizon;

  -- 2 Delete what no device can ask for any more.
  return private.delete_superseded(v_horizon, v_answers, v_before);
end
$$;
comment on function ops.compact_content(integer, interval, interval) is
  'Deletes superseded revisions, tombstones, tree nodes and answer keys below a horizon: {horizon, revisions, tree_nodes, …}. Defaults '
  'come from ops.content_setting. Versions from the horizon on do not change. Devices below the horizon start over. Admins and jobs.';

select private.schedule_job('compaction', '47 2 * * *', '1 day', 'select ops.compact_content()');

-- Source: schemas/50_deliver/bundle_work.sql
-- What:  the worker's tasks on bundles (write, sign, remove): how they are claimed and reported.
-- Why:   tasks have leases, so any number of workers may run, and any worker may be killed at any moment.

create function private.bundle_due(p_history text)
returns table (task text, history text, schema smallint, domain_id uuid, version integer, part smallint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select t.task, b.history, b.schema, b.domain_id, b.version, b.part
  from content.bundle b
  cross join ops.signal_setting s
  cross join lateral (select case
    when b.retired_at < clock_timestamp() - make_interval(hours => s.bundle_grace_hours) then 'remove'
    when b.retired_at is not null or b.history <> p_history
      -- A schema that is no longer served; ops.remove_old_bundles() retires its bundles.
      or b.schema not in (select x.schema from content.schema x where private.schema_is_served(x.schema)) then null
    when b.stored_at is null then 'write'
    when b.url_expires_at is null or b.url_expires_at < clock_timestamp() + make_interval(days => s.bundle_url_days) / 2 then 'sign'
  end as task) t
  where t.task is not null and b.leased_until < clock_timestamp()
$$;
comment on function private.bundle_due(text) is 'Unleased parts of bundles with work: write and sign in the given history, remove in any history.';

create function private.mark_bundled()
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_history constant text := private.history();
  v_version integer;
begin
  -- The lock makes workers check one after the other. Two workers that finish the last two bundles at once would miss each other's.
  select s.version into v_version from content.release_state s
  where s.version = (select max(r.version) from content.release r) and s.bundled_in is distinct from v_history
  for update;
  if v_version is null then
    return null;
  end if;
  update content.release_state set bundled_at = clock_timestamp(), bundled_in = v_history
  where version = v_version and not exists (
    select from private.domain_node_at(v_version) n
    left join content.bundle b on b.history = v_history and b.schema = n.schema and b.domain_id = n.domain_id and b.version = n.version
      and b.retired_at is null
    -- Rows that are not split off yet belong to a part without a URL, so signed parts are all parts.
    group by n.schema, n.domain_id, n.rows
    having bool_or(b.signed_url is null) or sum(b.rows) <> n.rows);
  return case when found then v_version end;
end
$$;
comment on function private.mark_bundled() is
  'Marks the newest release as bundled, once every part of every domain is signed. Returns its version, or null.';

create function private.claim_bundle_work()
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_history text;
  v_lease constant uuid := gen_random_uuid();
  v_task text;
  v_claimed json;
begin
  -- 1 Request the bundles of the newest release. Retired ones are revived (a schema whose end was postponed), and written again if their
  --   removal had begun. Requested bundles that the release does not need and that were never written are retired.
  --   One statement has one snapshot, so a stale head cannot retire rows that another worker has just requested.
  with wanted as materialized (
    select h.history, n.*
    from (select private.history()) h (history), private.domain_node_at((select max(r.version) from content.release r)) n
  ), asked as (
    insert into content.bundle (history, schema, domain_id, version, rows)
    select w.history, w.schema, w.domain_id, w.version, w.rows from wanted w
    -- Parts whose first part is removed already are not completed. Once they are gone as well, the bundle is requested anew.
    where not exists (
      select from content.bundle b
      where b.history = w.history and b.schema = w.schema and b.domain_id = w.domain_id and b.version = w.version)
    on conflict on constraint bundle_pkey do nothing
  ), held as materialized (
    select w.history, w.schema, w.domain_id, w.version, sum(b.rows) = w.rows as is_whole, max(b.leased_until) as leased_until
    from wanted w
    join content.bundle b on b.history = w.history and b.schema = w.schema and b.domain_id = w.domain_id and b.version = w.version
    group by w.history, w.schema, w.domain_id, w.version, w.rows
  ), revived as (
    update content.bundle b
    set retired_at = null, lease = null, attempts = 0, stored_at = case when b.attempts = 0 then b.stored_at end,
      signed_url = case when b.attempts = 0 then b.signed_url end, url_expires_at = case when b.attempts = 0 then b.url_expires_at end
    from held h
    where b.history = h.history and b.schema = h.schema and b.domain_id = h.domain_id and b.version = h.version
      and h.is_whole and h.leased_until < clock_timestamp()
      and b.retired_at is not null and b.leased_until < clock_timestamp()
  )
  update content.bundle b set retired_at = clock_timestamp()
  where b.retired_at is null and b.leased_until < clock_timestamp()
    and case when exists (
      select from wanted w where w.history = b.history and w.schema = b.schema and w.domain_id = b.domain_id and w.version = b.version)
    -- Parts that were revived while another worker removed their neighbours.
    then exists (
      select from held h
      where h.history = b.history and h.schema = b.schema and h.domain_id = b.domain_id and h.version = b.version and not h.is_whole)
    else b.stored_at is null end;
  v_history := private.history();

  -- 2 Writing comes first. Rows with failed attempts come last, so they do not delay the others.
  foreach v_task in array array['write', 'sign', 'remove'] loop
    with due as (
      select b.ctid
      from content.bundle b
      join private.bundle_due(v_history) d
        on d.history = b.history and d.schema = b.schema and d.domain_id = b.domain_id and d.version = b.version and d.part = b.part
      -- Checked again, because another worker may have changed the row since the snapshot.
      where d.task = v_task and b.leased_until < clock_timestamp() and (v_task = 'remove') = (b.retired_at is not null)
      order by b.attempts, b.version desc, b.schema desc, b.domain_id, b.part
      limit case v_task when 'write' then 1 else 100 end
      for update of b skip locked
    ), claimed as (
      update content.bundle b
      set lease = v_lease, attempts = b.attempts + 1,
        leased_until = clock_timestamp() + least(interval '1 minute' * 2 ^ least(b.attempts, 6), interval '1 hour')
      from due where b.ctid = due.ctid
      returning b.*
    )
    select json_build_object('task', v_task, 'lease', v_lease, 'history', v_history,
      'url_days', (select s.bundle_url_days from ops.signal_setting s),
      'bundles', json_agg(json_build_object('schema', c.schema, 'domain_id', c.domain_id, 'version', c.version, 'path', c.path)))
    into v_claimed from claimed c having count(*) > 0;
    if v_claimed is not null then
      return v_claimed;
    end if;
  end loop;

  -- 3 No work: a release that changed no domain is complete already.
  perform private.mark_bundled();
  return null;
end
$$;
comment on function private.claim_bundle_work() is
  'Claims the next task on parts of bundles with a lease: {task: write | sign | remove, lease, history, url_days, bundles}. Null: no work.';

create function private.name_bundle(p_lease uuid, p_bytes integer, p_sha256 text)
returns text
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update content.bundle
  set bytes = p_bytes, sha256 = decode(p_sha256, 'hex'), path = history || '/' || schema || '/' || p_sha256 || '.ndjson.gz'
  where lease = p_lease and stored_at is null
  returning path
$$;
comment on function private.name_bundle(uuid, integer, text) is
  'Records the file that a worker is about to upload and returns its path. Null: the lease has passed to another worker.';

create function private.finish_bundle(p_lease uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update content.bundle set stored_at = clock_timestamp(), lease = null, leased_until = '-infinity', attempts = 0
  where lease = p_lease and path is not null and stored_at is null
$$;
comment on function private.finish_bundle(uuid) is 'Records that the named file is uploaded.';

create function private.finish_signing(p_lease uuid, p_urls json, p_expires_at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update content.bundle b
  set signed_url = u.value, url_expires_at = p_expires_at, lease = null, leased_until = '-infinity', attempts = 0
  from json_each_text(p_urls) u
  where b.lease = p_lease and b.path = u.key and b.stored_at is not null;
  -- A bundle that could not be signed has no object, so it is written again.
  update content.bundle set stored_at = null, signed_url = null, url_expires_at = null where lease = p_lease;
  perform private.mark_bundled();
end
$$;
comment on function private.finish_signing(uuid, json, timestamptz) is
  'Stores the signed URLs by path. The last one completes the release.';

create function private.finish_removal(p_lease uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$ delete from content.bundle where lease = p_lease and retired_at is not null $$;
comment on function private.finish_removal(uuid) is 'Deletes the rows of bundles whose objects are removed.';

grant execute on function private.claim_bundle_work(), private.name_bundle(uuid, integer, text), private.finish_bundle(uuid),
  private.finish_signing(uuid, json, timestamptz), private.finish_removal(uuid) to carrel_edge;

-- Source: schemas/50_deliver/bundle_schedule.sql
-- What:  the schedule of the bundle worker, and the retirement of old bundles.
-- Why:   a publish wakes the worker, but a wake-up may be lost and a worker may be killed. The schedule wakes it until no work is left.

create function private.wake_bundler()
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.signals_configured() and (
    exists (
      select from content.release_state s
      where s.version = (select max(r.version) from content.release r) and s.bundled_in is distinct from private.history())
    or exists (select from private.bundle_due(private.history()))
    or private.media_is_due()
    -- A schema whose end was postponed after it had passed: its bundles are retired or were never requested.
    or exists (
      select from private.domain_node_at((select max(r.version) from content.release r)) n
      where not exists (
        select from content.bundle b
        where b.history = (select private.history()) and b.schema = n.schema and b.domain_id = n.domain_id and b.version = n.version
          and b.retired_at is null)))
  then
    perform private.wake_function('bundle');
    return true;
  end if;
  return false;
end
$$;
comment on function private.wake_bundler() is 'Wakes the bundle worker if there is unclaimed work on bundles or media. Returns whether it did.';

create function ops.continue_bundles()
returns boolean
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.wake_bundler();
end
$$;
comment on function ops.continue_bundles() is 'Wakes the bundle worker if there is work left. Runs by pg_cron.';

create function ops.remove_old_bundles(p_keep_versions integer default null)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_keep constant integer := greatest(coalesce(p_keep_versions, (select s.bundle_releases from ops.signal_setting s)), 1);
  v_oldest integer;
  v_count integer;
begin
  perform private.require_role('admin');
  -- 1 The oldest release whose bundles are kept. Heads name the newest one that has all of its bundles, which may be older than v_keep releases.
  select least(min(r.version), private.bundled_version(private.history())) into v_oldest
  from (select version from content.release order by version desc limit v_keep) r;

  -- 2 A bundle is kept if its domain has not changed up to that release, because this release or a newer one uses it.
  --   Manifests stop naming the others now. Their objects stay for a grace period, because devices may hold an older manifest.
  update content.bundle b set retired_at = clock_timestamp()
  where b.retired_at is null
    and (b.history <> private.history()
      or b.schema not in (select s.schema from content.schema s where private.schema_is_served(s.schema))
      or exists (
        select from content.tree_node n
        where n.schema = b.schema and n.kind = 'domain' and n.id = b.domain_id and n.version > b.version and n.version <= v_oldest));
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform private.audit('remove_old_bundles', 'content.bundle', null, null,
      jsonb_build_object('oldest_version', v_oldest, 'bundles', v_count));
  end if;
  return v_count;
end
$$;
comment on function ops.remove_old_bundles(integer) is
  'Retires bundles that only releases older than the newest p_keep_versions (null: the setting) and the newest bundled one use, and bundles of '
  'content schemas that are no longer served. Returns their number. The worker removes their objects after the grace period.';

grant execute on function private.wake_bundler() to carrel_edge;

select private.schedule_job('bundles', '30 seconds', '1 minute', 'select ops.continue_bundles()');
select private.schedule_job('bundles_retire', '17 3 * * *', '1 day', 'select ops.remove_old_bundles()');
