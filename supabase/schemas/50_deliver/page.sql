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
