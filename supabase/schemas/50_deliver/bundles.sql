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
