-- What:  the text of one part of a bundle, and the split of a bundle into parts.
-- Why:   a part is at most as large as a page. Where it ends shows only when its rows are read, so the rest becomes the next part then.

create function private.bundle_text(p_lease uuid)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_bundle content.bundle;
  v_after text[];
  v_is_last boolean;
  v_most integer;
  v_text text;
  v_found integer;
  v_rows integer;
  v_place text;
begin
  select * into v_bundle from content.bundle b where b.lease = p_lease and b.stored_at is null;
  if not found then
    return null;
  end if;
  v_after := string_to_array(coalesce(v_bundle.after, '0.a.00000000-0000-0000-0000-000000000000'), '.');
  v_is_last := not exists (
    select from content.bundle b
    where b.history = v_bundle.history and b.schema = v_bundle.schema and b.domain_id = v_bundle.domain_id and b.version = v_bundle.version
      and b.part = v_bundle.part + 1);
  v_most := least(v_bundle.rows, private.max_page_rows());

  -- 1 The rows of the part: as many as a page may have, and one more to see whether there is one. A part that was split before has its rows already.
  with found as materialized (
    select r.*, row_number() over w as place, sum(octet_length(r.body) + 1) over w as bytes
    from private.snapshot_row(
      v_bundle.schema, v_bundle.version, array[v_bundle.domain_id], v_after[1]::integer, v_after[2], v_after[3]::uuid, v_most + 1) r
    window w as (order by r.version, r.kind, r.id)
  )
  select string_agg(f.body || E'\n', '' order by f.place), count(*), max(a.found),
    (array_agg(f.version || '.' || f.kind || '.' || f.id order by f.place desc))[1]
  into v_text, v_rows, v_found, v_place
  from found f, (select count(*) as found from found) a
  where f.place <= v_most
    and (f.place = 1 or not v_is_last or f.bytes <= private.max_page_bytes() - private.page_frame_bytes());
  -- A wrong file would be cached for a year, so the rows of all parts must be as many as the hash tree has.
  if coalesce(v_found, 0) < v_most or (v_is_last and v_found > v_bundle.rows) then
    raise exception 'Part % of domain % at version % does not have % rows, which its node in the hash tree has.',
      v_bundle.part, v_bundle.domain_id, v_bundle.version, v_bundle.rows;
  end if;

  -- 2 The rest is the next part. Its row is written in the same statement as this one's end.
  if v_rows < v_bundle.rows then
    with cut as (
      update content.bundle b set rows = v_rows
      where b.lease = p_lease and b.stored_at is null and b.rows = v_bundle.rows
      returning b.*
    )
    insert into content.bundle (history, schema, domain_id, version, part, rows, after)
    select c.history, c.schema, c.domain_id, c.version, c.part + 1, v_bundle.rows - v_rows, v_place from cut c;
  end if;
  return format('{"kind":"page","history":"%s","schema":%s,"since":0,"until":%s,"domain":"%s"}',
      v_bundle.history, v_bundle.schema, v_bundle.version, v_bundle.domain_id) || E'\n'
    || v_text || format('{"kind":"end","rows":%s,"next":null}', v_rows) || E'\n';
end
$$;
comment on function private.bundle_text(uuid) is
  'The lines of the part that a lease holds: a page line, rows of the domain (exact bodies), an end line. They never change. '
  'Null: the lease has passed to another worker.';

grant execute on function private.bundle_text(uuid) to carrel_edge;
