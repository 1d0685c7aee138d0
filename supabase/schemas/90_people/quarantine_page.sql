-- What:  quarantine_page(), a page of quarantined events, bounded by rows and bytes.
-- Why:   a text may have 512 KiB, so a page bounded by rows alone was 20 MiB (U8).

create function private.quarantine_cursor(p_at timestamptz, p_user uuid, p_sha256 bytea)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select private.timeline_cursor(p_at, p_user::text, encode(p_sha256, 'hex')) $$;
comment on function private.quarantine_cursor(timestamptz, uuid, bytea) is 'The cursor after a row of a page of quarantined events.';

create function private.quarantine_row_bytes(p_row ops.quarantine)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select octet_length(to_json(p_row)::text) + coalesce(sum(octet_length(private.action_json(a)::text)), 0)
  from ops.quarantine_action a where a.user_id = p_row.user_id and a.sha256 = p_row.sha256
$$;
comment on function private.quarantine_row_bytes(ops.quarantine) is 'The size of a quarantined event as JSON, with support''s actions on it.';

create function private.quarantine_page(p_learner uuid, p_code text, p_status text, p_cursor text, p_limit integer)
returns setof ops.quarantine
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cursor constant text[] := regexp_match(p_cursor,
    '^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\|([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\|([0-9a-f]{64})$');
  v_limit constant integer := private.list_rows(p_limit);
  v_at timestamptz := 'infinity';
  v_user uuid;
  v_sha256 bytea;
  v_rows refcursor;
  v_row ops.quarantine;
  v_count integer := 0;
  v_bytes bigint := 0;
begin
  if p_cursor is not null then
    if v_cursor is null or not pg_input_is_valid(v_cursor[1], 'timestamptz') then
      perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
    end if;
    v_at := v_cursor[1]::timestamptz;
    v_user := v_cursor[2]::uuid;
    v_sha256 := decode(v_cursor[3], 'hex');
  end if;
  -- Newest first, through the index that starts with the given filter, so that a page reads only its own rows.
  if p_learner is not null then
    open v_rows for
      select * from ops.quarantine q
      where q.user_id = p_learner and (q.last_seen_at, q.sha256) < (v_at, coalesce(v_sha256, ''))
        and (p_status is null or q.status = p_status) and (p_code is null or q.code = p_code)
      order by q.last_seen_at desc, q.sha256 desc limit v_limit;
  else
    open v_rows for
      select * from ops.quarantine q
      where q.status = coalesce(p_status, 'open')
        and (q.last_seen_at, q.user_id, q.sha256) < (v_at, coalesce(v_user, '00000000-0000-0000-0000-000000000000'), coalesce(v_sha256, ''))
        and (p_code is null or q.code = p_code)
      order by q.last_seen_at desc, q.user_id desc, q.sha256 desc limit v_limit;
  end if;
  loop
    fetch v_rows into v_row;
    exit when not found;
    v_bytes := v_bytes + private.quarantine_row_bytes(v_row);
    exit when v_count > 0 and v_bytes > private.max_page_bytes();
    v_count := v_count + 1;
    return next v_row;
  end loop;
  close v_rows;
end
$$;
comment on function private.quarantine_page(uuid, text, text, text, integer) is
  'Quarantined events, last seen first. One learner''s: all statuses by default. All learners'': open ones by default. '
  'At most p_limit rows and a page''s bytes, but at least one row.';
