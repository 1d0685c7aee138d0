-- What:  own_data() and ops.export_learner_data(): everything that Carrel has about one learner, in pages.
-- Why:   a learner may ask for their data (O5). The tables come from the catalogue, so that no new one is forgotten.

create function private.account_data(p_user uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object('id', u.id, 'email', u.email, 'phone', u.phone, 'created_at', u.created_at, 'last_sign_in_at', u.last_sign_in_at,
      'is_anonymous', u.is_anonymous, 'app_role', coalesce(u.raw_app_meta_data ->> 'role', 'learner'), 'user_metadata', coalesce(u.raw_user_meta_data, '{}'))
    from auth.users u where u.id = p_user);
end
$$;
comment on function private.account_data(uuid) is 'An account for its owner''s export. Owned by postgres, as account_of() is.';

create function private.require_learner(p_user uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_absent(p_user);
  -- A mistyped id must not look like a learner without answers.
  if not exists (select from learner.state s where s.user_id = p_user) and private.account_data(p_user) is null then
    perform private.raise_error('record_unknown', 'There is no such learner.', p_user::text);
  end if;
end
$$;
comment on function private.require_learner(uuid) is
  'Raises record_unknown for an id without an account and without events, and otherwise what refuse_absent() raises.';

create function private.export_sections()
returns table (section text, source text, condition text, content text, keys text[], types text[])
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Every table with a column user_id. Its key without the learner is the order of its rows.
  select c.oid::regclass::text, c.oid::regclass::text,
    case c.oid when 'learner.adoption'::regclass then '$1 in (x.user_id, x.adopted_by)' else 'x.user_id = $1' end, 'to_jsonb(x)',
    array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum)), array_agg(format_type(a.atttypid, null) order by array_position(i.indkey::int2[], a.attnum))
  from pg_class c
  join pg_index i on i.indrelid = c.oid and i.indisprimary
  join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
  where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace) and c.relkind in ('r', 'p') and not c.relispartition
    and exists (select from pg_attribute u where u.attrelid = c.oid and u.attname = 'user_id' and u.atttypid = 'uuid'::regtype and not u.attisdropped)
  group by c.oid
  union all
  -- Who did what to the learner's data. Names and addresses of staff are theirs. Of an administrator's export only the first page is in it: a record
  -- of each page would be a row of the next page, without end.
  select 'ops.audit', 'ops.audit',
    $c$x.object_id = $1::text collate "C" and x.object = any (private.learner_objects()) and (x.action <> 'export_learner_data' or x.after ->> 'after' is null)$c$,
    $c$jsonb_build_object('at', x.at, 'action', x.action, 'object', x.object, 'role', x.actor_role, 'by_learner', x.actor is not distinct from $1,
      'before', x.before, 'after', x.after)$c$, array['at', 'id'], array['timestamptz', 'bigint']
$$;
comment on function private.export_sections() is
  'The sections of an export: table, condition for a learner ($1), content of a row x, and the columns of the order with their types.';

create function private.export_page(p_user uuid, p_after text, p_limit integer)
returns table (section text, content jsonb, cursor text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit constant integer := private.list_rows(coalesce(p_limit, private.max_list_rows()));
  v_at constant text := split_part(p_after, '|', 1);
  v_key jsonb;
  v_section record;
  v_count integer := 0;
  v_bytes bigint := 0;
begin
  if p_after is not null then
    if private.is_jsonb(substr(p_after, length(v_at) + 2)) then
      v_key := substr(p_after, length(v_at) + 2)::jsonb;
    end if;
    if v_at <> 'account' and not exists (
      select from private.export_sections() s where s.section = v_at and not exists (
        select from unnest(s.types) with ordinality t (type, place) where pg_input_is_valid(v_key ->> (t.place - 1)::integer, t.type) is not true))
    then
      perform private.raise_error('cursor_invalid', 'The page cursor is invalid: it must be one that this server returned.', 'cursor_invalid');
    end if;
  else
    section := 'account';
    content := private.account_data(p_user);
    cursor := 'account|[]';
    v_count := 1;
    return next;
  end if;
  for v_section in
    select s.* from private.export_sections() s where p_after is null or v_at = 'account' or s.section >= v_at collate "C" order by s.section collate "C"
  loop
    for section, content, cursor in execute format(
      'select %L, %s, %L || ''|'' || jsonb_build_array(%s) from %s x where %s%s order by %s limit %s', v_section.section, v_section.content, v_section.section,
      (select string_agg(format('x.%I::text', k), ', ') from unnest(v_section.keys) k), v_section.source, v_section.condition,
      case when v_section.section = v_at then (
        select format(' and (%s) > (%s)', string_agg(format('x.%I', k.name), ', ' order by k.place), string_agg(format('%L::%s', v_key ->> (k.place - 1)::integer, k.type), ', ' order by k.place))
        from unnest(v_section.keys, v_section.types) with ordinality k (name, type, place)) else '' end,
      (select string_agg(format('x.%I', k), ', ') from unnest(v_section.keys) k), v_limit - v_count + 1) using p_user
    loop
      v_bytes := v_bytes + octet_length(content::text);
      if v_count >= v_limit or (v_count > 0 and v_bytes > private.max_page_bytes()) then
        return;
      end if;
      v_count := v_count + 1;
      return next;
    end loop;
  end loop;
end
$$;
comment on function private.export_page(uuid, text, integer) is
  'The next rows of a learner''s export, in the order of sections and keys: at most p_limit rows and a page''s bytes, but at least one row.';

create function private.own_data(p_after text, p_limit integer)
returns table (section text, content jsonb, cursor text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.caller_id() is null then
    perform private.raise_error('unauthenticated');
  end if;
  perform private.require_session(private.caller_id(), private.caller_session(), null);
  perform private.refuse_absent(private.caller_id());
  if p_after is null then
    perform private.audit('own_data', 'learner.state', private.caller_id()::text);
  end if;
  return query select * from private.export_page(private.caller_id(), p_after, p_limit);
end
$$;
comment on function private.own_data(text, integer) is 'The core of own_data().';

create function public.own_data(after text default null, page_rows integer default null)
returns table (section text, content jsonb, cursor text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.own_data(after, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.own_data(text, integer) is
  'Everything that is stored about the caller, row by row: the account, each table with rows of the learner, and the audit of what others did. At most 500 rows '
  'and 1 MiB, but at least one row; after is the last row''s cursor: go on until a page is empty. Errors: unauthenticated, session_ended, erased, cursor_invalid.';

create function ops.export_learner_data(p_user uuid, p_reason text, p_after text default null, p_rows integer default null)
returns table (section text, content jsonb, cursor text)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  perform private.require_learner(p_user);
  -- Each page: an export may begin at any cursor.
  perform private.audit('export_learner_data', 'learner.state', p_user::text, null, jsonb_build_object('reason', p_reason, 'after', p_after));
  return query select * from private.export_page(p_user, p_after, p_rows);
end
$$;
comment on function ops.export_learner_data(uuid, text, text, integer) is
  'Everything that is stored about a learner, as own_data() gives it to them. For admins, with a reason; audited. Errors: forbidden, support_invalid, '
  'record_unknown, erased, moved, learner_adopted, cursor_invalid.';

grant execute on function private.own_data(text, integer), public.own_data(text, integer) to authenticated;
