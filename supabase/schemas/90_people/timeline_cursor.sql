-- What:  the cursor of a list that is sorted by time, and the time in an event's id.
-- Why:   pages of the timeline and of the quarantine continue at an exact row, although many rows share a time.

create function private.timeline_cursor(p_at timestamptz, p_kind text, p_key text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select concat_ws('|', to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p_kind, p_key) $$;
comment on function private.timeline_cursor(timestamptz, text, text) is
  'The cursor after a row of the timeline. A time alone is ambiguous, because all events of a batch share one.';

create function private.ulid_time(p_ulid uuid)
returns timestamptz
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select 'epoch'::timestamptz + ('x' || left(replace(p_ulid::text, '-', ''), 12))::bit(48)::bigint * interval '1 millisecond' $$;
comment on function private.ulid_time(uuid) is 'The time in a ULID, by the clock of its device; up to the year 10889.';

create function private.read_timeline_cursor(p_cursor text, out at timestamptz, out kind text, out key text)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cursor constant text[] := regexp_match(p_cursor, '^(\d{4,5}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\|([a-z]{1,10})\|([0-9a-f-]{1,80})$');
begin
  if v_cursor is null or not pg_input_is_valid(v_cursor[1], 'timestamptz') then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  at := v_cursor[1]::timestamptz;
  kind := v_cursor[2];
  key := v_cursor[3];
end
$$;
comment on function private.read_timeline_cursor(text) is 'The parts of a cursor of private.timeline_cursor(). Errors: cursor_invalid.';
