-- What:  the current content schema, and whether devices may still read a schema.
-- Why:   every release and every read needs both. An announced end takes effect automatically.

create function private.content_schema()
returns smallint
language plpgsql -- rather than sql, which plans at every call
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select s.schema from content.schema s where s.state = 'current');
end
$$;
comment on function private.content_schema() is 'The current content schema, used by drafts, previews and answer keys.';

create function private.schema_is_served(p_schema integer)
returns boolean
language plpgsql -- rather than sql, which plans at every call
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The announced end applies by itself, without an operator who retires the schema.
  return exists (
    select from content.schema s
    where s.schema = p_schema and s.state <> 'retired' and (s.ends_at is null or s.ends_at > clock_timestamp()));
end
$$;
comment on function private.schema_is_served(integer) is 'Whether devices may still read a content schema: it is not retired and its end is not reached.';

create function private.unknown_schema()
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format('`schema` must be a content schema of this server: %s.',
    (select string_agg(s.schema::text, ', ' order by s.schema) from content.schema s where private.schema_is_served(s.schema)));
end
$$;
comment on function private.unknown_schema() is 'What a request for a content schema that never existed is told.';

create function private.require_schema(p_schema smallint)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from content.schema s where s.schema = p_schema) then
    perform private.raise_error('malformed_request', private.unknown_schema(), 'schema');
  end if;
  if not private.schema_is_served(p_schema) then
    perform private.raise_error('upgrade_required', p_info =>
      (select min(s.schema)::text from content.schema s where private.schema_is_served(s.schema)));
  end if;
end
$$;
comment on function private.require_schema(smallint) is
  'Passes for a content schema that is served. A schema that never existed raises malformed_request. A schema that is no longer served raises '
  'upgrade_required with the lowest served schema.';
