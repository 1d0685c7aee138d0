-- What:  bundles: one gzipped file in Storage per domain and version of the domain, its state, and its text.
-- Why:   10,000 devices that need the same rows fetch one immutable file from a CDN, instead of pages from the database (C1).

-- Private and without policies: only a signed URL gives access.
insert into storage.buckets (id, name, public) values ('content', 'content', false) on conflict (id) do nothing;

create table content.bundle (
  history        text not null,
  schema         smallint not null,
  domain_id      uuid not null,
  version        integer not null,
  rows           integer not null,
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
  constraint bundle_pkey primary key (history, schema, domain_id, version),
  constraint bundle_path_unique unique (path),
  constraint bundle_rows_positive check (rows > 0),
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
  'One file per domain and version of the domain; releases that do not change the domain share it. '
  'States: wanted (no path), named, stored, signed, retired. No manifest names a retired bundle; it is removed after a grace period.';
comment on column content.bundle.version is 'The version of the domain''s node in the hash tree: the release that last changed the domain.';
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

create function private.bundle_text(p_schema smallint, p_domain uuid, p_version integer)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text text;
  v_rows integer;
begin
  select string_agg(r.body || E'\n', '' order by r.version, r.kind, r.id), count(*) into v_text, v_rows
  from content.revision r
  where p_schema between r.from_schema and r.schema and r.domain_id = p_domain and r.version <= p_version and r.op = 'upsert'
    -- Not limited to the domain: a row that has moved to another domain does not belong to this one.
    and not exists (
      select from content.revision newer
      where p_schema between newer.from_schema and newer.schema and newer.kind = r.kind and newer.id = r.id
        and newer.version > r.version and newer.version <= p_version);
  -- A wrong file would be cached for a year, so the row count must match the hash tree.
  if v_rows is distinct from (
    select n.rows from content.tree_node n
    where n.schema = p_schema and n.kind = 'domain' and n.id = p_domain and n.version = p_version)
  then
    raise exception 'Domain % at version % has % rows, which differs from its node in the hash tree.', p_domain, p_version, v_rows;
  end if;
  return format('{"kind":"page","history":"%s","schema":%s,"since":0,"until":%s,"domain":"%s"}',
      private.history(), p_schema, p_version, p_domain) || E'\n'
    || v_text || format('{"kind":"end","rows":%s,"next":null}', v_rows) || E'\n';
end
$$;
comment on function private.bundle_text(smallint, uuid, integer) is
  'The lines of a bundle: a page line, every row of the domain (exact bodies), an end line. They never change.';

create function private.content_bundles(p_schema smallint, p_version integer)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(json_agg(json_build_object(
    'domain_id', b.domain_id, 'url', b.signed_url, 'bytes', b.bytes, 'sha256', encode(b.sha256, 'hex'), 'rows', b.rows)
    order by b.domain_id), '[]')
  from private.domain_node_at(p_version) n
  join content.bundle b on b.history = private.history()
    and b.schema = n.schema and b.domain_id = n.domain_id and b.version = n.version
  where n.schema = p_schema
    and b.retired_at is null
    -- A device may take an hour from the manifest to its last download.
    and b.url_expires_at > now() + interval '1 hour'
$$;
comment on function private.content_bundles(smallint, integer) is
  'The bundles of a version that can be fetched now: [{domain_id, url, bytes, sha256, rows}]. Pages deliver the other domains.';

grant execute on function private.bundle_text(smallint, uuid, integer) to carrel_edge;
