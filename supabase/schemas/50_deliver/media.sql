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
