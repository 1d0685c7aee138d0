-- What:  content_delta(): a delta or a snapshot, one page at a time.
-- Why:   pages at a fixed `until` can be resumed, stored and shared: the same request always gives the same bytes (C1, C2).

create function private.content_page(
  p_history text, p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_after text, p_limit integer)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_until integer := private.check_content_cursor(p_history, p_since, p_until);
  v_after text[] := regexp_match(coalesce(p_after, '0.a.00000000-0000-0000-0000-000000000000'),
    '^(whole\.)?(\d{1,9})\.([a-z]{1,8})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
  v_limit constant integer := private.page_rows('limit', p_limit);
  v_since integer;
  v_prefix text;
begin
  perform private.require_schema(p_schema);
  if v_after is null then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  -- Decided for the first page. The cursor carries the decision to the following pages.
  v_since := case
    when p_after is null then private.content_since(p_schema, p_since, v_until, p_domains)
    when v_after[1] is not null then 0
    else p_since
  end;
  v_prefix := case when v_since < p_since then 'whole.' else '' end;
  return (
    with page as materialized (
      select row_number() over (order by c.version, c.kind, c.id) as place, c.*
      from (
        select * from private.snapshot_row(p_schema, v_until, p_domains, v_after[2]::integer, v_after[3], v_after[4]::uuid, v_limit + 1)
        where v_since = 0
        union all
        select * from private.content_change(p_schema, v_since, v_until, p_domains, v_after[2]::integer, v_after[3], v_after[4]::uuid, v_limit + 1)
        where v_since > 0
      ) c
    )
    select format('{"kind":"page","history":"%s","schema":%s,"since":%s,"until":%s}', private.history(), p_schema, v_since, v_until)
      || E'\n'
      || coalesce(string_agg(
        coalesce(p.body, format('{"kind":"tombstone","of":"%s","id":"%s","version":%s}', p.kind, p.id, p.version)) || E'\n',
        '' order by p.place) filter (where p.place <= v_limit), '')
      || format('{"kind":"end","rows":%s,"next":%s}', least(count(*), v_limit), coalesce('"' || v_prefix
        || max(p.version || '.' || p.kind || '.' || p.id) filter (where p.place = v_limit and v_limit < (select count(*) from page))
        || '"', 'null'))
      || E'\n'
    from page p);
end
$$;
comment on function private.content_page(text, smallint, integer, integer, uuid[], text, integer) is
  'One NDJSON page: a "page" line, row lines (exact bodies) and "tombstone" lines, and an "end" line with the cursor of the next page or null. '
  'The page''s `since` is 0 if the snapshot is smaller than the delta. With `until`, the same arguments always give the same bytes.';

create function private.content_delta(
  p_history text, p_schema smallint, p_since integer, p_until integer, p_domains uuid[], p_after text, p_limit integer)
returns json
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select private.page_rows('page_rows', p_limit);
  -- The lines are JSON strings, because a body inside a JSON document would not keep its exact bytes.
  select json_build_object(
    'page', l.lines[1]::json,
    'lines', to_json(l.lines[2:cardinality(l.lines) - 2]),
    'end', l.lines[cardinality(l.lines) - 1]::json)
  from (select string_to_array(
    private.content_page(p_history, coalesce(p_schema, private.default_content_schema()::smallint), p_since, p_until, p_domains, p_after, p_limit), E'\n') as lines) l
$$;
comment on function private.content_delta(text, smallint, integer, integer, uuid[], text, integer) is 'The core of content_delta().';

create function public.content_delta(
  history text default null, since integer default 0, until integer default null, domains uuid[] default null,
  after text default null, page_rows integer default null, schema smallint default null)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select private.content_delta(history, schema, since, until, domains, after, page_rows) $$;
comment on function public.content_delta(text, integer, integer, uuid[], text, integer, smallint) is
  'Changes between two versions, one page (by default 1000 rows, at most 2000) at a time: {page, lines, end}. A line is a row''s exact text or a tombstone. '
  'since 0 gives the snapshot. If the snapshot is smaller than the delta, it is sent instead and page.since is 0. '
  'Errors: malformed_request, history_changed, cursor_ahead, cursor_invalid, cursor_too_old, upgrade_required.';

grant execute on function private.content_delta(text, smallint, integer, integer, uuid[], text, integer) to authenticated, service_role;
grant execute on function private.content_page(text, smallint, integer, integer, uuid[], text, integer) to carrel_edge;
grant execute on function public.content_delta(text, integer, integer, uuid[], text, integer, smallint) to authenticated, service_role;
