-- What:  content_node(): the rows of one node of the hash tree: a skill with its questions, or a domain alone.
-- Why:   a device repairs the damaged part of its cache, not the whole cache (C6).

create function private.content_node(
  p_history text, p_schema smallint, p_version integer, p_id uuid, p_after uuid, p_limit integer)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version integer;
  v_limit constant integer := private.page_rows('limit', p_limit);
  v_own text;
begin
  perform private.require_schema(p_schema);
  v_version := private.check_content_cursor(p_history, 0, p_version);
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
    with page as materialized (
      select row_number() over (order by r.id) as place, r.id, r.body
      from content.revision r
      where p_schema between r.from_schema and r.schema and r.skill_id = p_id and r.kind = 'question' and r.op = 'upsert'
        and r.version <= v_version and (p_after is null or r.id > p_after)
        -- Not changed, withdrawn or moved to another skill later.
        and not exists (
          select from content.revision newer
          where p_schema between newer.from_schema and newer.schema and newer.kind = r.kind and newer.id = r.id
            and newer.version > r.version and newer.version <= v_version)
      order by r.id
      limit v_limit + 1
    )
    select format('{"kind":"page","history":"%s","schema":%s,"since":0,"until":%s,"node":"%s"}', private.history(), p_schema, v_version, p_id)
      || E'\n'
      || case when p_after is null then v_own || E'\n' else '' end
      || coalesce(string_agg(p.body || E'\n', '' order by p.place) filter (where p.place <= v_limit), '')
      || format('{"kind":"end","rows":%s,"next":%s}', least(count(*), v_limit) + (p_after is null)::integer,
        coalesce('"' || max(p.id::text) filter (where p.place = v_limit and v_limit < (select count(*) from page)) || '"', 'null'))
      || E'\n'
    from page p);
end
$$;
comment on function private.content_node(text, smallint, integer, uuid, uuid, integer) is
  'One NDJSON page with the rows of a skill and its questions, or of a domain alone, at a version. '
  'Form and paging are those of content_page(). The same arguments always give the same bytes.';

grant execute on function private.content_node(text, smallint, integer, uuid, uuid, integer) to carrel_edge;
