-- What:  the cursors of pages: a place in the rows, signed with a key that only the server knows.
-- Why:   a caller could make up any number of places, each with an answer of its own. A signed place is one that the server returned, so
--        the function `content` refuses all others without a query (U8).

create table content.cursor_key (
  id  smallint not null default 1,
  key uuid not null default gen_random_uuid(),
  constraint cursor_key_pkey primary key (id),
  constraint cursor_key_one_row check (id = 1)
);
comment on table content.cursor_key is 'One row: the key that signs the cursors of pages. Whoever has it can make up cursors, and nothing else.';
insert into content.cursor_key default values;

alter table content.cursor_key enable row level security;
create policy cursor_key_all_nobody on content.cursor_key for all to anon, authenticated using (false);
create trigger cursor_key_stays before update or delete or truncate on content.cursor_key
  for each statement execute function private.forbid_change();

create function private.sign_place(p_place text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The first half of the hash reveals too little to extend the text.
  return p_place || '.' || left(encode(sha256((select uuid_send(k.key) from content.cursor_key k) || convert_to(p_place, 'UTF8')), 'hex'), 16);
end
$$;
comment on function private.sign_place(text) is
  'The cursor of a place: <place>.<first 16 hex digits of SHA-256 over the key and the place>. Always the same for the same place.';

create function private.signed_place(p_cursor text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_place constant text := left(p_cursor, -17);
begin
  if length(p_cursor) > 100 or private.sign_place(v_place) <> p_cursor then
    perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
  end if;
  return v_place;
end
$$;
comment on function private.signed_place(text) is 'The place of a cursor, null for null. Raises cursor_invalid for a cursor that this server did not return.';

create function private.content_existing()
returns json
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object(
    'history', private.history(),
    'version', (select coalesce(max(r.version), 0) from content.release r),
    'schemas', (select json_agg(s.schema order by s.schema) from content.schema s),
    'unknown_schema', private.unknown_schema(),
    'domains', (select coalesce(json_agg(distinct n.id), '[]') from content.tree_node n where n.kind = 'domain'),
    'skills', (select coalesce(json_agg(distinct n.id), '[]') from content.tree_node n where n.kind = 'skill'),
    'cursor_key', (select encode(uuid_send(k.key), 'hex') from content.cursor_key k))
$$;
comment on function private.content_existing() is
  'What a request for content can name: {history, version, schemas, unknown_schema, domains, skills, cursor_key}. Domains and skills are those of every version that can be read.';

grant execute on function private.content_existing() to carrel_edge;
