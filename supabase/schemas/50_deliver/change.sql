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
