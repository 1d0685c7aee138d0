-- What:  ops.configure_cells(), the list of cells, which `npm run cells -- configure` writes into each of them; ops.cell_status().
-- Why:   every cell must name the others in the same way, or devices would be sent in circles (O6).

create function private.configure_cells(p_here text, p_cells jsonb, p_sessions_elsewhere boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before constant jsonb := (select jsonb_agg(to_jsonb(c) order by c.name) from ops.cell c);
  v_used text;
begin
  -- 1 One writer; learners who are being placed meanwhile wait.
  lock table ops.cell, ops.learner_cell in share row exclusive mode;
  if jsonb_typeof(p_cells) is distinct from 'array' or (p_cells <> '[]' and (
    select count(*) filter (where c.is_default) <> 1 or count(*) filter (where c.name = p_here) <> 1 or bool_or(c.name is null or c.url is null)
    from jsonb_to_recordset(p_cells) c (name text, url text, is_default boolean)))
  then
    perform private.raise_error('malformed_request', '`cells` must be a list of {name, url, is_default}, one of them the default and one of them this one.', 'cells');
  end if;
  select u.name into v_used from ops.learner_cell l, unnest(array[l.cell, l.other]) u (name)
  where u.name is not null and u.name not in (select c.name from jsonb_to_recordset(p_cells) c (name text)) limit 1;
  if found then
    perform private.raise_error('cells_in_use', p_info => v_used);
  end if;
  -- Who has no row in the map lives in the default cell, and the rows of this database are this cell's. Another name for either would move all of them.
  select c.name into v_used from ops.cell c
  where p_cells <> '[]' and (
    c.is_default and c.name is distinct from (select n.name from jsonb_to_recordset(p_cells) n (name text, is_default boolean) where n.is_default)
    or c.is_here and c.name <> p_here and exists (select from learner.state)) limit 1;
  if found then
    perform private.raise_error('cells_in_use', 'The default cell stays the default, and a cell with learners keeps its name.', v_used);
  end if;

  -- 2 Names stay; everything else may change.
  delete from ops.cell c where c.name not in (select n.name from jsonb_to_recordset(p_cells) n (name text));
  update ops.cell c set is_here = false, is_default = false where c.is_here or c.is_default;
  insert into ops.cell as c (name, url, is_here, is_default)
  select n.name, n.url, n.name = p_here, coalesce(n.is_default, false) from jsonb_to_recordset(p_cells) n (name text, url text, is_default boolean)
  on conflict (name) do update set url = excluded.url, is_here = excluded.is_here, is_default = excluded.is_default;
  update ops.session_setting s set sessions_elsewhere = p_sessions_elsewhere where s.sessions_elsewhere <> p_sessions_elsewhere;
  perform private.audit('configure_cells', 'ops.cell', p_here, v_before, (select jsonb_agg(to_jsonb(c) order by c.name) from ops.cell c))
  where v_before is distinct from (select jsonb_agg(to_jsonb(c) order by c.name) from ops.cell c);
end
$$;
comment on function private.configure_cells(text, jsonb, boolean) is 'The core of ops.configure_cells().';

create function ops.configure_cells(p_here text, p_cells jsonb, p_sessions_elsewhere boolean default null)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.configure_cells(p_here, p_cells, p_sessions_elsewhere);
end
$$;
comment on function ops.configure_cells(text, jsonb, boolean) is
  'Replaces the list of cells: p_here is this one, p_cells is [{name, url, is_default}], or [] for one cell alone. p_sessions_elsewhere: whether another '
  'cell''s Auth has the accounts; null leaves it. For admins; audited. Errors: malformed_request, cells_in_use.';

create function ops.cell_status()
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return jsonb_build_object(
    'here', (select c.name from ops.cell c where c.is_here),
    'cells', coalesce((select jsonb_agg(jsonb_build_object('name', c.name, 'url', c.url, 'is_default', c.is_default) order by c.name) from ops.cell c), '[]'),
    -- Counted at most once a command; a service of 10,000,000 learners takes seconds.
    'learners', (select count(*) from learner.state s where private.is_here(s.user_id)),
    'leaving', (select count(*) from ops.learner_cell l where l.state = 'leaving'),
    'arriving', (select count(*) from ops.learner_cell l where l.state = 'arriving'),
    'version', coalesce((select max(r.version) from content.release r), 0),
    'root', (select encode(n.hash, 'hex') from content.tree_node n where n.schema = private.content_schema() and n.kind = 'release' order by n.version desc limit 1),
    'alarms', (select coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'since', a.since, 'detail', a.detail)), '[]') from public.alarms() a),
    'health', (select coalesce(jsonb_agg(to_jsonb(h)), '[]') from public.sync_health h));
end
$$;
comment on function ops.cell_status() is 'This cell''s part of `npm run cells -- status`: learners, moves, newest release, alarms and health. For support and admins.';
