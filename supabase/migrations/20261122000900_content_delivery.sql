-- What:  content_head() and content_delta(): what is published, and what changed between two versions.
-- Why:   pages at a fixed `until` stay exact while newer releases appear, and their bytes never change (C1-C3).
-- Locks: none; new objects only.
-- Undo:  drop function public.content_head, public.content_delta, private.content_page, private.content_change, private.content_head.

create function private.content_head(p_schema smallint)
returns json
language sql
stable
security definer
set search_path = ''
as $$
  select json_build_object(
    'history', private.history(),
    'schema', p_schema,
    'version', coalesce(r.version, 0),
    'published_at', r.published_at,
    'root', encode(t.hash, 'hex'),
    'domains', coalesce(r.domains, 0),
    'skills', coalesce(r.skills, 0),
    'questions', coalesce(r.questions, 0))
  from (values (1)) always (row)
  left join (select * from content.release order by version desc limit 1) r on true
  left join lateral (
    select n.hash from content.tree_node n
    where n.schema = p_schema and n.kind = 'release' and n.version <= r.version
    order by n.version desc
    limit 1
  ) t on true
$$;
comment on function private.content_head(smallint) is
  'The newest release: history, version (0 before the first), root hash in hex, and counts.';

create function private.check_content_cursor(p_history text, p_since integer, p_until integer)
returns integer
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_head integer := coalesce((select max(r.version) from content.release r), 0);
  v_until integer := coalesce(p_until, v_head);
begin
  if p_since is null or p_since < 0 or p_until < p_since then
    perform private.raise_error('CR012', 'since and until must be versions, 0 <= since <= until.', 'cursor_invalid');
  end if;
  if (p_since > 0 or p_history is not null) and p_history is distinct from private.history() then
    perform private.raise_error('CR010', 'The server''s history has changed; start over from version 0.', 'history_changed');
  end if;
  if p_since > v_head or v_until > v_head then
    perform private.raise_error('CR011', 'That version is ahead of the server; start over from version 0.', 'cursor_ahead');
  end if;
  return v_until;
end
$$;
comment on function private.check_content_cursor(text, integer, integer) is
  'The version to read until (the head where none is given), or an error that tells the device to start over.';

create function private.content_change(
  p_schema smallint, p_since integer, p_until integer, p_domains uuid[],
  p_after_version integer, p_after_kind text, p_after_id uuid, p_limit integer)
returns table (version integer, kind text, id uuid, op text, body text)
language sql
stable
set search_path = ''
as $$
  -- Keyset over (version, kind, id): cost follows the changes between since and until, not the tables.
  select r.version, r.kind, r.id,
    case when r.op = 'upsert' and member.at_until then 'upsert' else 'delete' end,
    case when r.op = 'upsert' and member.at_until then r.body end
  from content.revision r
  -- The row as the device holds it at `since`, if at all.
  left join lateral (
    select b.op, b.domain_id from content.revision b
    where b.schema = r.schema and b.kind = r.kind and b.id = r.id and b.version <= p_since
    order by b.version desc
    limit 1
  ) before on p_since > 0
  cross join lateral (
    select
      p_domains is null or r.domain_id = any (p_domains) as at_until,
      coalesce(before.op = 'upsert' and (p_domains is null or before.domain_id = any (p_domains)), false) as at_since
  ) member
  where r.schema = p_schema
    and r.version > p_since and r.version <= p_until
    and (r.version, r.kind, r.id) > (p_after_version, p_after_kind, p_after_id)
    and not exists (
      select from content.revision newer
      where newer.schema = r.schema and newer.kind = r.kind and newer.id = r.id
        and newer.version > r.version and newer.version <= p_until)
    and ((r.op = 'upsert' and member.at_until) or member.at_since)
  order by r.version, r.kind, r.id
  limit p_limit
$$;
comment on function private.content_change(smallint, integer, integer, uuid[], integer, text, uuid, integer) is
  'The rows that differ between two versions for a device that holds some domains (null: all): upsert with the exact body, or delete. '
  'Entered the domains: upsert; left them: delete; never held: nothing.';

create function private.content_page(
  p_history text, p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_after text, p_limit integer)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_until integer := private.check_content_cursor(p_history, p_since, p_until);
  v_after text[] := regexp_match(coalesce(p_after, '0.a.00000000-0000-0000-0000-000000000000'),
    '^(\d{1,9})\.([a-z]{1,8})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
  v_limit integer := least(greatest(p_limit, 1), 2000);
begin
  if v_after is null then
    perform private.raise_error('CR012', 'That page cursor is not one of this server''s.', 'cursor_invalid');
  end if;
  return (
    with page as materialized (
      select row_number() over (order by c.version, c.kind, c.id) as place, c.*
      from private.content_change(p_schema, p_since, v_until, p_domains,
        v_after[1]::integer, v_after[2], v_after[3]::uuid, v_limit + 1) c
    )
    select format('{"kind":"page","history":"%s","schema":%s,"since":%s,"until":%s}', private.history(), p_schema, p_since, v_until)
      || E'\n'
      || coalesce(string_agg(
        coalesce(p.body, format('{"kind":"tombstone","of":"%s","id":"%s","version":%s}', p.kind, p.id, p.version)) || E'\n',
        '' order by p.place) filter (where p.place <= v_limit), '')
      || format('{"kind":"end","rows":%s,"next":%s}', least(count(*), v_limit),
        coalesce('"' || max(p.version || '.' || p.kind || '.' || p.id) filter (where p.place = v_limit and v_limit < (select count(*) from page)) || '"', 'null'))
      || E'\n'
    from page p);
end
$$;
comment on function private.content_page(text, smallint, integer, integer, uuid[], text, integer) is
  'One NDJSON page: a "page" line, row lines (exact bodies) and "tombstone" lines, an "end" line with the cursor of the next page or null. '
  'The same arguments give the same bytes for ever, if until is given.';

create function private.content_delta(
  p_history text, p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_after text, p_limit integer)
returns json
language sql
stable
security definer
set search_path = ''
as $$
  -- The page's lines as JSON strings: a body inside a JSON document would not keep its exact bytes.
  select json_build_object(
    'page', l.lines[1]::json,
    'lines', to_json(l.lines[2:cardinality(l.lines) - 2]),
    'end', l.lines[cardinality(l.lines) - 1]::json)
  from (select string_to_array(
    private.content_page(p_history, p_schema, p_since, p_until, p_domains, p_after, p_limit), E'\n') as lines) l
$$;
comment on function private.content_delta(text, smallint, integer, integer, uuid[], text, integer) is 'The core of content_delta().';

create function public.content_head(schema smallint default 1)
returns json
language sql
stable
set search_path = ''
as $$ select private.content_head(schema) $$;
comment on function public.content_head(smallint) is
  'The newest release: {history, schema, version, published_at, root, domains, skills, questions}; version 0 before the first.';

create function public.content_delta(
  history text default null, since integer default 0, until integer default null, domains uuid[] default null,
  after text default null, page_rows integer default 1000, schema smallint default 1)
returns json
language sql
stable
set search_path = ''
as $$ select private.content_delta(history, schema, since, until, domains, after, page_rows) $$;
comment on function public.content_delta(text, integer, integer, uuid[], text, integer, smallint) is
  'Changes between two versions, a page (at most 2000 rows) at a time: {page, lines, end}; each line is a row''s exact text or a tombstone. '
  'since 0 is the snapshot. Errors: history_changed, cursor_ahead, cursor_invalid.';

grant execute on function private.content_head(smallint) to authenticated, service_role, carrel_edge;
grant execute on function private.content_delta(text, smallint, integer, integer, uuid[], text, integer) to authenticated, service_role;
grant execute on function private.content_page(text, smallint, integer, integer, uuid[], text, integer) to carrel_edge;
grant execute on function public.content_head(smallint) to authenticated, service_role;
grant execute on function public.content_delta(text, integer, integer, uuid[], text, integer, smallint) to authenticated, service_role;
