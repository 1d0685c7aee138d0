-- What:  how many bytes a snapshot and a delta have, kept per release and domain while revisions are appended.
-- Why:   the smaller of the two is sent, and finding out which must not mean building both.
-- Locks: none now; at publishing the trigger reads each changed row's last revision.
-- Undo:  drop table content.release_size; drop function private.add_release_size cascade, private.content_since.
create table content.release_size (
  schema       smallint not null,
  domain_id    uuid not null,
  version      integer not null,
  rows         integer not null,
  bytes        bigint not null,
  change_bytes bigint not null,
  constraint release_size_pkey primary key (schema, domain_id, version),
  constraint release_size_not_negative check (rows >= 0 and bytes >= 0 and change_bytes >= 0)
);
comment on table content.release_size is
  'Of each domain (nil id: of all) as of a release that changed it. Derived from content.revision; lines with their ends.';
comment on column content.release_size.bytes is 'Of all rows: what a snapshot has.';
comment on column content.release_size.change_bytes is
  'Of all changes of this and all earlier releases: the difference of two versions bounds their delta, which sends no row twice.';
alter table content.release_size enable row level security;
create policy release_size_all_nobody on content.release_size for all to anon, authenticated using (false);

create function private.add_release_size()
returns trigger
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_nil constant uuid := '00000000-0000-0000-0000-000000000000';
  -- {"kind":"tombstone","of":"question","id":"…","version":12345}
  v_tombstone constant integer := 100;
begin
  with change as (
    select n.schema, n.version, n.op, n.domain_id, octet_length(n.body) + 1 as bytes,
      b.op as before_op, b.domain_id as before_domain, octet_length(b.body) + 1 as before_bytes
    from new_rows n
    left join lateral (
      select r.op, r.domain_id, r.body from content.revision r
      where r.schema = n.schema and r.kind = n.kind and r.id = n.id and r.version < n.version
      order by r.version desc
      limit 1
    ) b on true
  ),
  part as (
    select schema, version, domain_id, (op = 'upsert')::integer as rows,
      coalesce(bytes, 0) as bytes, coalesce(bytes, v_tombstone) as change_bytes
    from change
    union all
    select schema, version, before_domain, -1, -before_bytes,
      case when op = 'upsert' and before_domain <> domain_id then v_tombstone else 0 end
    from change where before_op = 'upsert'
  ),
  total as (
    select schema, version, coalesce(domain_id, v_nil) as domain_id,
      sum(rows) as rows, sum(bytes) as bytes, sum(change_bytes) as change_bytes
    from part
    group by grouping sets ((schema, version, domain_id), (schema, version))
  )
  insert into content.release_size (schema, domain_id, version, rows, bytes, change_bytes)
  select s.schema, s.domain_id, s.version,
    coalesce(z.rows, 0) + s.rows, coalesce(z.bytes, 0) + s.bytes, coalesce(z.change_bytes, 0) + s.change_bytes
  from total s
  left join lateral (
    -- Of this release too, where publishing appends in several statements.
    select * from content.release_size x
    where x.schema = s.schema and x.domain_id = s.domain_id and x.version <= s.version
    order by x.version desc
    limit 1
  ) z on true
  on conflict (schema, domain_id, version) do update set
    rows = excluded.rows, bytes = excluded.bytes, change_bytes = excluded.change_bytes;
  return null;
end
$$;
comment on function private.add_release_size() is 'Statement trigger: carries the sizes of the domains that a release changed.';

create trigger revision_add_release_size after insert on content.revision
  referencing new table as new_rows for each statement execute function private.add_release_size();
