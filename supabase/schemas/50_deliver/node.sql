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
