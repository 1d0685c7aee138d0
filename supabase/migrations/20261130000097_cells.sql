-- Generated from supabase/schemas/97_cells by `npm run generate`. Do not edit.
--
-- What:  cells: their configuration, the move of a learner between two of them, and releases that follow another cell's.
-- Why:   a service grows by whole databases among which learners are placed (O6).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  drop function if exists private.configure_cells, ops.configure_cells, ops.cell_status, private.move_sections, private.move_row,
--          private.move_digest, private.lock_for_move, private.move_of, private.drop_learner_rows, private.begin_arrival,
--          private.free_cohort_name, private.import_learner, private.finish_arrival, private.cancel_arrival, ops.begin_arrival,
--          ops.import_learner, ops.finish_arrival, ops.cancel_arrival, private.begin_departure, private.export_learner,
--          private.rows_changed, private.finish_departure, private.clear_departed, private.cancel_departure, ops.begin_departure,
--          ops.export_learner, ops.departure_digest, ops.finish_departure, ops.clear_departed, ops.cancel_departure, private.place_learner,
--          ops.place_learner, ops.release_changes, private.follow_release, ops.follow_release;

select private.revoke_default_grants();

-- Source: schemas/97_cells/configure.sql
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

-- Source: schemas/97_cells/sections.sql
-- What:  what a move copies: the tables of a learner with their columns as text, pages of rows, and a digest of each table.
-- Why:   the tables come from the catalogue, as in an export, so that a new one is never left behind (O6).

create function private.move_sections()
returns table (place integer, section text, condition text, columns text[], types text[], keys text[], key_types text[], is_compared boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with sections as (
    select case s.section when 'ops.quarantine' then 2 when 'ops.quarantine_action' then 3 else 1 end as place, s.section,
      -- Whoever the learner has adopted comes along, under ids of their own.
      case s.section when 'learner.adoption' then 'x.adopted_by = $1' else 'x.user_id = $1' end as condition, s.keys, s.types, true as is_compared
    from private.export_sections() s
    -- The map is each cell's own, and so are the rights of staff. A grace period stays where the account is: there a restored account ends it. The others
    -- follow from rows that are copied, or last for seconds.
    where s.section not in ('ops.audit', 'ops.erasure', 'ops.account_deletion', 'ops.learner_cell', 'ops.cohort_staff', 'ops.change_note', 'ops.quarantine_load', 'ops.replay_queue')
    union all
    -- A learner's cohorts with their staff, whom the other cell may know already.
    select 0, 'ops.cohort', 'x.id in (select m.cohort_id from ops.cohort_member m where m.user_id = $1)', array['id'], array['uuid'], false
    union all
    select 1, 'ops.cohort_staff', 'x.cohort_id in (select m.cohort_id from ops.cohort_member m where m.user_id = $1)', array['cohort_id', 'user_id'], array['uuid', 'uuid'], false
  )
  select s.place, s.section, s.condition, a.names, a.types, s.keys, s.types, s.is_compared
  from sections s
  cross join lateral (
    select array_agg(a.attname::text order by a.attnum) as names, array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum) as types
    from pg_attribute a where a.attrelid = s.section::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') a
$$;
comment on function private.move_sections() is
  'The tables that a move copies, in the order of place: condition for a learner ($1), columns and key with their types. is_compared: both cells must have the same rows.';

create function private.move_row(p_columns text[], p_section text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- Every value as PostgreSQL writes it: JSON would lose the difference between a null and a JSON null. The other cell has learned other things, so
  -- it tries what is held anew.
  select format('jsonb_object(array[%s], array[%s])', string_agg(quote_literal(c.name), ', ' order by c.place),
    string_agg(case when p_section = 'ops.quarantine' and c.name = 'knowledge' then 'case x.status when ''held'' then 0 else x.knowledge end::text'
      else format('x.%I::text', c.name) end, ', ' order by c.place))
  from unnest(p_columns) with ordinality c (name, place)
$$;
comment on function private.move_row(text[], text) is 'SQL: a row x as an object of texts.';

create function private.move_digest(p_user uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, MDY'
set timezone = 'UTC'
set intervalstyle = 'postgres'
set bytea_output = 'hex'
set extra_float_digits = 1
as $$
declare
  v_section record;
  v_rows bigint;
  v_hash text;
  v_digest jsonb := '{}';
begin
  for v_section in select * from private.move_sections() s where s.is_compared loop
    -- In the order of the rows' hashes: the order of a text depends on the collation of its database.
    execute format('select count(*), encode(sha256(string_agg(h.hash, '''' order by h.hash)), ''hex'') from (select sha256(convert_to(%s::text, ''UTF8'')) as hash from %s x where %s) h',
      private.move_row(v_section.columns, v_section.section), v_section.section, v_section.condition)
    into v_rows, v_hash using p_user;
    if v_rows > 0 then
      v_digest := v_digest || jsonb_build_object(v_section.section, jsonb_build_object('rows', v_rows, 'sha256', v_hash));
    end if;
  end loop;
  return v_digest;
end
$$;
comment on function private.move_digest(uuid) is 'The number of a learner''s rows and a hash over them, by table. Tables without rows are left out.';

create function private.lock_for_move(p_user uuid)
returns ops.learner_cell
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The learner's lock in a statement of its own: what the last holder committed is visible after it, and every later batch sees what this transaction writes.
  perform private.lock_learners(array[p_user]);
  if exists (select from ops.erasure e where e.user_id = p_user) then
    perform private.raise_error('erased');
  end if;
  return (select l from ops.learner_cell l where l.user_id = p_user);
end
$$;
comment on function private.lock_for_move(uuid) is 'Takes the learner''s lock, and returns their row of the map. Raises erased, and paused while an upgrade is expected.';

create function private.move_of(p_user uuid, p_move uuid, p_state text)
returns ops.learner_cell
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell constant ops.learner_cell := private.lock_for_move(p_user);
begin
  if v_cell.move_id is distinct from p_move or v_cell.state not in (p_state, 'settled') then
    perform private.raise_error('move_refused', format('This learner is not %s by this move.', p_state), 'other_move');
  end if;
  return v_cell;
end
$$;
comment on function private.move_of(uuid, uuid, text) is
  'Takes the learner''s lock, and returns the row of their move. p_state is leaving or arriving. Raises move_refused for another move, or the other half of this one.';

create function private.drop_learner_rows(p_user uuid, p_rows integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_table regclass;
  v_count integer;
  v_total integer := 0;
begin
  for v_table in
    -- The map stays, and staff's rights, and the grace period of a deleted account. Who was adopted stays refused here.
    select t from private.learner_tables() t where t::text not in ('ops.learner_cell', 'ops.cohort_staff', 'ops.account_deletion', 'learner.adoption')
  loop
    execute format('delete from %1$s where ctid = any (array(select x.ctid from %1$s x where x.user_id = $1 limit $2))', v_table) using p_user, p_rows - v_total;
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
    exit when v_total >= p_rows;
  end loop;
  if v_total < p_rows then
    delete from learner.state s where s.user_id = p_user;
  end if;
  return v_total;
end
$$;
comment on function private.drop_learner_rows(uuid, integer) is
  'Deletes at most p_rows rows of a learner whom another cell has, and at the end learner.state. Returns their number. The caller holds the learner''s lock.';

-- Source: schemas/97_cells/arrive.sql
-- What:  the arriving half of a move: the cores of ops.begin_arrival(), ops.import_learner(), ops.finish_arrival() and ops.cancel_arrival().
-- Why:   each step may be repeated after a kill, and the learner lives here only once all rows are the same as there (O6).

create function private.begin_arrival(p_user uuid, p_move uuid, p_from text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_here constant text := (select c.name from ops.cell c where c.is_here);
  v_cell constant ops.learner_cell := private.lock_for_move(p_user);
begin
  if p_move is null or v_here is null or not exists (select from ops.cell c where c.name = p_from) then
    perform private.raise_error('move_refused', 'This cell does not know the other one.', 'cell_unknown');
  elsif p_from = v_here then
    perform private.raise_error('move_refused', 'The learner comes from this cell.', 'same_cell');
  end if;
  if v_cell.move_id = p_move then
    if v_cell.state <> 'arriving' and v_cell.cell <> v_here then
      perform private.raise_error('move_refused', 'This move was cancelled.', 'cancelled');
    end if;
    return v_cell.state;
  elsif v_cell.state is distinct from 'settled' and v_cell.user_id is not null then
    perform private.raise_error('move_refused', 'This learner is in another move.', 'other_move');
  end if;
  -- The row of learner.state is the lock itself.
  -- Whoever the learner had adopted when they lived here before: the other cell knows it better.
  delete from learner.adoption a where a.adopted_by = p_user;
  if private.move_digest(p_user) - 'learner.state' <> '{}' or (select s.change_seq from learner.state s where s.user_id = p_user) > 0 then
    perform private.raise_error('move_refused', 'This cell has rows of the learner already.', 'has_rows');
  end if;
  insert into ops.learner_cell as l (user_id, cell, state, move_id, other) values (p_user, v_here, 'arriving', p_move, p_from)
  on conflict (user_id) do update
  set cell = excluded.cell, state = excluded.state, move_id = excluded.move_id, other = excluded.other, since = clock_timestamp(), copied = null;
  perform private.audit('begin_arrival', 'learner.state', p_user::text, null, jsonb_build_object('from', p_from, 'move', p_move));
  return 'arriving';
end
$$;
comment on function private.begin_arrival(uuid, uuid, text) is 'The core of ops.begin_arrival().';

create function private.free_cohort_name(p_cohort jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Cells name their cohorts without each other, and two that are open have different names.
  select case when exists (select from ops.cohort c where c.name = p_cohort ->> 'name' and c.archived_at is null and c.id <> (p_cohort ->> 'id')::uuid)
    then format('%s (%s)', left(p_cohort ->> 'name', 150), p_cohort ->> 'id') else p_cohort ->> 'name' end
$$;
comment on function private.free_cohort_name(jsonb) is 'The name of an arriving cohort: with its id behind it if another cohort has the name.';

create function private.import_learner(p_user uuid, p_move uuid, p_after text, p_rows jsonb, p_cursor text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, MDY'
set timezone = 'UTC'
set intervalstyle = 'postgres'
set bytea_output = 'hex'
as $$
declare
  v_cell constant ops.learner_cell := private.move_of(p_user, p_move, 'arriving');
  v_section record;
begin
  -- 1 A page that has arrived before changes nothing: the answer is where to go on. A run that is late copies to its end, and then learns that another
  --   one was faster.
  if v_cell.state <> 'arriving' then
    if v_cell.cell is distinct from (select c.name from ops.cell c where c.is_here) then
      perform private.raise_error('move_refused', 'This move was cancelled.', 'cancelled');
    end if;
    return p_cursor;
  elsif v_cell.copied is distinct from p_after then
    return v_cell.copied;
  end if;
  if exists (
    select from jsonb_array_elements(p_rows) r (row)
    where not exists (select from private.move_sections() s where s.section = r.row ->> 'section')
      or r.row ->> 'section' not in ('ops.cohort', 'ops.cohort_staff')
        and (p_user::text in (r.row -> 'row' ->> 'user_id', r.row -> 'row' ->> 'adopted_by')) is not true)
  then
    perform private.raise_error('malformed_request', '`rows` must be rows of this learner.', 'rows');
  end if;

  -- 2 Rows of a definer are no edits by hand, so nothing false is audited. The row of learner.state is there: it is the lock.
  for v_section in select * from private.move_sections() s where exists (select from jsonb_array_elements(p_rows) r where r ->> 'section' = s.section) order by s.place loop
    execute format('insert into %1$s (%2$s) select %3$s from jsonb_array_elements($1) r where r ->> ''section'' = %4$L on conflict %5$s', v_section.section,
      (select string_agg(format('%I', c), ', ') from unnest(v_section.columns) c),
      (select string_agg(case when v_section.section = 'ops.cohort' and c.name = 'name' then 'private.free_cohort_name(r -> ''row'')' else format('(r -> ''row'' ->> %L)::%s', c.name, c.type) end, ', ' order by c.place) from unnest(v_section.columns, v_section.types) with ordinality c (name, type, place)),
      v_section.section,
      case v_section.section when 'learner.state' then (select 'on constraint state_pkey do update set ' || string_agg(format('%1$I = excluded.%1$I', c), ', ') from unnest(v_section.columns) c)
        else 'do nothing' end) using p_rows;
  end loop;
  update ops.learner_cell l set copied = p_cursor where l.user_id = p_user;
  return p_cursor;
end
$$;
comment on function private.import_learner(uuid, uuid, text, jsonb, text) is 'The core of ops.import_learner().';

create function private.finish_arrival(p_user uuid, p_move uuid, p_digest jsonb)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell constant ops.learner_cell := private.move_of(p_user, p_move, 'arriving');
begin
  if v_cell.state <> 'arriving' then
    return v_cell.cell = (select c.name from ops.cell c where c.is_here);
  elsif private.move_digest(p_user) <> p_digest then
    -- The other cell's rows changed while they were copied, by retention or by hand. Everything is copied anew.
    while private.drop_learner_rows(p_user, 20000) > 0 loop
    end loop;
    insert into learner.state (user_id) values (p_user) on conflict do nothing;
    delete from learner.adoption a where a.adopted_by = p_user;
    update ops.learner_cell l set copied = null where l.user_id = p_user;
    return false;
  end if;
  update ops.learner_cell l set state = 'settled', copied = null, since = clock_timestamp() where l.user_id = p_user;
  perform private.audit('finish_arrival', 'learner.state', p_user::text, null, jsonb_build_object('from', v_cell.other, 'move', p_move, 'rows', p_digest));
  return true;
end
$$;
comment on function private.finish_arrival(uuid, uuid, jsonb) is 'The core of ops.finish_arrival().';

create function private.cancel_arrival(p_user uuid, p_move uuid, p_from text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell constant ops.learner_cell := private.lock_for_move(p_user);
begin
  if v_cell.move_id = p_move and v_cell.state = 'settled' and v_cell.cell <> p_from then
    perform private.raise_error('move_refused', 'The learner has arrived, so the move can only be finished.', 'settled');
  elsif v_cell.state = 'arriving' and v_cell.move_id <> p_move then
    perform private.raise_error('move_refused', 'This learner is in another move.', 'other_move');
  end if;
  -- The row stays, so that a repeated step of the cancelled move is refused.
  insert into ops.learner_cell as l (user_id, cell, move_id) values (p_user, p_from, p_move)
  on conflict (user_id) do update set cell = p_from, state = 'settled', move_id = p_move, other = null, copied = null, since = clock_timestamp();
  while private.drop_learner_rows(p_user, 20000) > 0 loop
  end loop;
  delete from learner.adoption a where a.adopted_by = p_user;
  perform private.audit('cancel_arrival', 'learner.state', p_user::text, null, jsonb_build_object('from', p_from, 'move', p_move))
  where v_cell.state = 'arriving';
end
$$;
comment on function private.cancel_arrival(uuid, uuid, text) is 'The core of ops.cancel_arrival().';

-- Source: schemas/97_cells/arrive_ops.sql
-- What:  ops.begin_arrival(), ops.import_learner(), ops.finish_arrival() and ops.cancel_arrival(), for admins.
-- Why:   the arriving half of a move is called by `npm run cells -- move` (O6).

create function ops.begin_arrival(p_user uuid, p_move uuid, p_from text)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state text;
begin
  perform private.require_role('admin');
  v_state := private.begin_arrival(p_user, p_move, p_from);
  return jsonb_build_object('state', v_state, 'copied', (select l.copied from ops.learner_cell l where l.user_id = p_user));
end
$$;
comment on function ops.begin_arrival(uuid, uuid, text) is
  'Expects a learner from another cell; devices are answered moved until the end. Repeated: {state, copied}, where to go on. For admins; audited. Errors: move_refused, erased.';

create function ops.import_learner(p_user uuid, p_move uuid, p_after text, p_rows jsonb, p_cursor text)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.import_learner(p_user, p_move, p_after, p_rows, p_cursor);
end
$$;
comment on function ops.import_learner(uuid, uuid, text, jsonb, text) is
  'Takes a page of ops.export_learner(), read after the cursor p_after and ending at p_cursor. Returns the cursor up to which rows have arrived. For admins. Errors: move_refused, malformed_request, erased.';

create function ops.finish_arrival(p_user uuid, p_move uuid, p_digest jsonb)
returns boolean
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.finish_arrival(p_user, p_move, p_digest);
end
$$;
comment on function ops.finish_arrival(uuid, uuid, jsonb) is
  'The learner lives here from now on, if the rows have the digest of the other cell''s. False: they differ, and everything is to be copied again. For admins; audited.';

create function ops.cancel_arrival(p_user uuid, p_move uuid, p_from text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.cancel_arrival(p_user, p_move, p_from);
end
$$;
comment on function ops.cancel_arrival(uuid, uuid, text) is
  'Deletes what has arrived, and refuses the move from now on. Comes before ops.cancel_departure(). For admins; audited. Errors: move_refused.';

-- Source: schemas/97_cells/leave.sql
-- What:  the leaving half of a move: ops.begin_departure(), ops.export_learner(), ops.finish_departure(), ops.clear_departed() and ops.cancel_departure().
-- Why:   the learner's rows do not change from the first step on, so that nothing that a device was told is stored can be missing there (O6).

create function private.begin_departure(p_user uuid, p_to text)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_here constant text := (select c.name from ops.cell c where c.is_here);
  v_cell ops.learner_cell;
  v_move constant uuid := gen_random_uuid();
begin
  if v_here is null or not exists (select from ops.cell c where c.name = p_to) then
    perform private.raise_error('move_refused', 'There is no such cell.', 'cell_unknown');
  elsif p_to = v_here then
    perform private.raise_error('move_refused', 'The learner is to move to another cell.', 'same_cell');
  end if;
  v_cell := private.lock_for_move(p_user);
  perform private.refuse_adopted(p_user);
  if v_cell.state = 'leaving' and v_cell.cell = p_to or v_cell.state = 'settled' and v_cell.cell = p_to and v_cell.move_id is not null then
    return v_cell.move_id;
  elsif v_cell.state <> 'settled' then
    perform private.raise_error('move_refused', 'This learner is in another move.', 'other_move');
  elsif not private.is_here(p_user) then
    perform private.raise_error('move_refused', 'This learner does not live in this cell.', 'not_here');
  end if;
  insert into ops.learner_cell as l (user_id, cell, state, move_id, other) values (p_user, p_to, 'leaving', v_move, v_here)
  on conflict (user_id) do update set cell = excluded.cell, state = excluded.state, move_id = excluded.move_id, other = excluded.other, since = clock_timestamp();
  perform private.audit('begin_departure', 'learner.state', p_user::text, null, jsonb_build_object('to', p_to, 'move', v_move));
  return v_move;
end
$$;
comment on function private.begin_departure(uuid, text) is 'The core of ops.begin_departure().';

create function private.export_learner(p_user uuid, p_move uuid, p_after text, p_rows integer)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, MDY'
set timezone = 'UTC'
set intervalstyle = 'postgres'
set bytea_output = 'hex'
set extra_float_digits = 1
as $$
declare
  v_at constant jsonb := p_after::jsonb;
  v_section record;
  v_found record;
  v_rows jsonb[] := '{}';
  v_cursor text := p_after;
  v_bytes bigint := 0;
begin
  perform private.move_of(p_user, p_move, 'leaving');
  for v_section in
    select s.*, s.section = v_at ->> 0 as is_begun from private.move_sections() s
    where v_at is null or (s.place, s.section) >= ((v_at ->> 2)::integer, (v_at ->> 0) collate "C") order by s.place, s.section collate "C"
  loop
    for v_found in execute format('select %s as row, jsonb_build_array(%s) as key from %s x where %s%s order by %s limit %s',
      private.move_row(v_section.columns, v_section.section), (select string_agg(format('x.%I::text', k), ', ') from unnest(v_section.keys) k), v_section.section, v_section.condition,
      case when v_section.is_begun then (
        select format(' and (%s) > (%s)', string_agg(format('x.%I', k.name), ', ' order by k.place), string_agg(format('%L::%s', v_at -> 1 ->> (k.place - 1)::integer, k.type), ', ' order by k.place))
        from unnest(v_section.keys, v_section.key_types) with ordinality k (name, type, place)) end,
      (select string_agg(format('x.%I', k), ', ') from unnest(v_section.keys) k), p_rows + 1) using p_user
    loop
      if cardinality(v_rows) >= p_rows or (v_bytes > 4 * private.max_page_bytes() and cardinality(v_rows) > 0) then
        return jsonb_build_object('rows', to_jsonb(v_rows), 'cursor', v_cursor, 'more', true);
      end if;
      v_rows := v_rows || jsonb_build_object('section', v_section.section, 'row', v_found.row);
      v_bytes := v_bytes + octet_length(v_found.row::text);
      v_cursor := jsonb_build_array(v_section.section, v_found.key, v_section.place)::text;
    end loop;
  end loop;
  return jsonb_build_object('rows', to_jsonb(v_rows), 'cursor', v_cursor, 'more', false);
end
$$;
comment on function private.export_learner(uuid, uuid, text, integer) is 'The core of ops.export_learner().';

create function private.rows_changed(p_copied jsonb, p_now jsonb)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- Retention goes on while a learner is leaving, also for days after a kill. What it deletes here is in the other cell.
  select coalesce(bool_or(case
    when s.section = 'ops.telemetry_horizon' then false
    when case s.section when 'ops.quarantine_action' then 'ops.quarantine' else s.section end in (
      select r.relation from private.retention_rules() r where r.keep is not null)
      then coalesce((p_now -> s.section ->> 'rows')::bigint, 0) > coalesce((p_copied -> s.section ->> 'rows')::bigint, 0)
    else p_now -> s.section is distinct from p_copied -> s.section end), false)
  from private.move_sections() s where s.is_compared
$$;
comment on function private.rows_changed(jsonb, jsonb) is
  'Whether a departing learner has rows that the other cell lacks: two results of move_digest(). Rows that retention has deleted do not count.';

create function private.finish_departure(p_user uuid, p_move uuid, p_digest jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell constant ops.learner_cell := private.move_of(p_user, p_move, 'leaving');
begin
  if v_cell.state = 'settled' then
    return;
  elsif private.rows_changed(p_digest, private.move_digest(p_user)) then
    perform private.raise_error('move_refused', 'Rows changed here after they were copied. Nothing is deleted.', 'rows_differ');
  end if;
  update ops.learner_cell l set state = 'settled', since = clock_timestamp() where l.user_id = p_user;
  perform private.audit('finish_departure', 'learner.state', p_user::text, null, jsonb_build_object('to', v_cell.cell, 'move', p_move, 'rows', p_digest));
end
$$;
comment on function private.finish_departure(uuid, uuid, jsonb) is 'The core of ops.finish_departure().';

create function private.clear_departed(p_user uuid, p_move uuid, p_rows integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell constant ops.learner_cell := private.move_of(p_user, p_move, 'leaving');
begin
  if v_cell.state <> 'settled' or private.is_here(p_user) then
    perform private.raise_error('move_refused', 'This learner still lives in this cell.', 'not_here');
  end if;
  return private.drop_learner_rows(p_user, p_rows);
end
$$;
comment on function private.clear_departed(uuid, uuid, integer) is 'The core of ops.clear_departed().';

create function private.cancel_departure(p_user uuid, p_move uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell constant ops.learner_cell := private.move_of(p_user, p_move, 'leaving');
begin
  if v_cell.state = 'settled' then
    perform private.raise_error('move_refused', 'The learner has moved, so the move can only be finished.', 'settled');
  end if;
  update ops.learner_cell l set cell = l.other, state = 'settled', move_id = null, other = null, since = clock_timestamp() where l.user_id = p_user;
  perform private.audit('cancel_departure', 'learner.state', p_user::text, null, jsonb_build_object('to', v_cell.cell, 'move', p_move));
end
$$;
comment on function private.cancel_departure(uuid, uuid) is 'The core of ops.cancel_departure().';

-- Source: schemas/97_cells/leave_ops.sql
-- What:  the steps of a departure for administrators: ops.begin_departure() to ops.cancel_departure().
-- Why:   `npm run cells -- move` calls them one by one, and goes on after the last one that was carried out (O6).

create function ops.begin_departure(p_user uuid, p_to text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.begin_departure(p_user, p_to);
end
$$;
comment on function ops.begin_departure(uuid, text) is
  'Begins a learner''s move and returns its id, the same when repeated. Devices are answered moved from now on. For admins; audited. Errors: move_refused, erased, learner_adopted.';

create function ops.export_learner(p_user uuid, p_move uuid, p_after text default null, p_rows integer default 2000)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.export_learner(p_user, p_move, p_after, private.row_limit('p_rows', p_rows, 2000, 10000));
end
$$;
comment on function ops.export_learner(uuid, uuid, text, integer) is
  'A page of a leaving learner''s rows as texts, for ops.import_learner(): {rows, cursor, more}. For admins; the move itself is audited. Errors: move_refused, erased.';

create function ops.departure_digest(p_user uuid, p_move uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.move_of(p_user, p_move, 'leaving');
  return private.move_digest(p_user);
end
$$;
comment on function ops.departure_digest(uuid, uuid) is 'The rows of a leaving learner, counted and hashed by table. For admins. Errors: move_refused, erased.';

create function ops.finish_departure(p_user uuid, p_move uuid, p_digest jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.finish_departure(p_user, p_move, p_digest);
end
$$;
comment on function ops.finish_departure(uuid, uuid, jsonb) is
  'Tells devices the learner''s new cell, after ops.finish_arrival() there. For admins; audited. Errors: move_refused, erased.';

create function ops.clear_departed(p_user uuid, p_move uuid, p_rows integer default 20000)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.clear_departed(p_user, p_move, private.row_limit('p_rows', p_rows, 20000, 1000000));
end
$$;
comment on function ops.clear_departed(uuid, uuid, integer) is
  'Deletes rows of a learner who has moved, and returns their number; 0: none are left. The audit trail stays. For admins. Errors: move_refused, erased.';

create function ops.cancel_departure(p_user uuid, p_move uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.cancel_departure(p_user, p_move);
end
$$;
comment on function ops.cancel_departure(uuid, uuid) is 'The learner stays, after ops.cancel_arrival() in the other cell. For admins; audited. Errors: move_refused.';

-- Source: schemas/97_cells/place.sql
-- What:  ops.place_learner(), an entry of the map for a learner who has no rows in this cell.
-- Why:   new learners go to a new cell without a move, and the default cell learns where a learner has moved between two others (O6).

create function private.place_learner(p_user uuid, p_cell text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell constant ops.learner_cell := private.lock_for_move(p_user);
begin
  if not exists (select from ops.cell c where c.name = p_cell) then
    perform private.raise_error('move_refused', 'There is no such cell.', 'cell_unknown');
  elsif v_cell.state <> 'settled' then
    perform private.raise_error('move_refused', 'This learner is in a move.', 'other_move');
  elsif v_cell.cell = p_cell then
    delete from learner.state s where s.user_id = p_user and s.change_seq = 0 and private.move_digest(p_user) - 'learner.state' = '{}';
    return;
  elsif private.move_digest(p_user) - 'learner.state' <> '{}' then
    perform private.raise_error('move_refused', 'This cell has rows of the learner: move them.', 'has_rows');
  end if;
  insert into ops.learner_cell as l (user_id, cell) values (p_user, p_cell)
  on conflict (user_id) do update set cell = excluded.cell, move_id = null, other = null, since = clock_timestamp();
  delete from learner.state s where s.user_id = p_user;
  perform private.audit('place_learner', 'learner.state', p_user::text, to_jsonb(v_cell.cell), to_jsonb(p_cell));
end
$$;
comment on function private.place_learner(uuid, text) is 'The core of ops.place_learner().';

create function ops.place_learner(p_user uuid, p_cell text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.place_learner(p_user, p_cell);
end
$$;
comment on function ops.place_learner(uuid, text) is
  'Sets in which cell a learner without rows in this one lives. Call it in that cell first, and then in the default cell. For admins; audited. Errors: move_refused, erased.';

-- Source: schemas/97_cells/follow_release.sql
-- What:  ops.release_changes(), the changes of one release, and ops.follow_release(), which publishes them in another cell.
-- Why:   all cells must have the same content under the same versions: an event of a moved learner names a version, and a device keeps its cache (O6).

create function ops.release_changes(p_version integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_release content.release;
begin
  perform private.require_role('instructor', 'admin');
  select * into v_release from content.release r where r.version = p_version and r.version >= private.content_horizon();
  if not found then
    perform private.raise_error('release_unknown', 'This release does not exist, or is no longer kept.', p_version::text);
  end if;
  return jsonb_build_object('version', v_release.version, 'note', v_release.note, 'rollback_to', v_release.rollback_to, 'schema', private.content_schema(),
    'root', (select encode(n.hash, 'hex') from content.tree_node n
      where n.schema = private.content_schema() and n.kind = 'release' and n.version <= p_version order by n.version desc limit 1),
    'changes', (select coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'body', r.body)), '[]') from content.revision r
      where r.version = p_version and private.content_schema() between r.from_schema and r.schema));
end
$$;
comment on function ops.release_changes(integer) is
  'What a release changed: {version, note, rollback_to, schema, root, changes: [{kind, id, body}]}, where a body of null is a deletion. For instructors and admins. Errors: forbidden, release_unknown.';

create function private.follow_release(p_release jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant integer := (p_release ->> 'version')::integer;
  v_head integer;
  v_kind text;
  v_root text;
begin
  -- 1 The locks of a roll-back, for the same reason.
  perform private.lift_lock_timeout();
  lock table content.domain, content.skill, content.question in share row exclusive mode;
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));
  v_head := coalesce((select max(r.version) from content.release r), 0);
  if v_head < v_version then
    if v_head <> v_version - 1 or (p_release ->> 'schema')::smallint <> private.content_schema() then
      perform private.raise_error('release_differs', 'This cell has another version or content schema than the release follows.', 'version');
    end if;

    -- 2 The content of this cell's head with the changes of the release. All other drafts are shelved: they belong to no cell but the first.
    foreach v_kind in array array['domain', 'skill', 'question'] loop
      perform private.drop_temporary('wanted_' || v_kind);
      execute format($sql$
        create temp table wanted_%1$s on commit drop as
        select w.*
        from (
          select distinct on (r.id) r.body
          from (
            select r.id, r.version, r.body from content.revision r where %2$s between r.from_schema and r.schema and r.kind = %1$L
            union all
            select c.id, %3$s, c.body from jsonb_to_recordset(%4$L) c (kind text, id uuid, body text) where c.kind = %1$L
          ) r
          order by r.id, r.version desc
        ) r
        cross join lateral jsonb_populate_record(null::content.%1$I, '{"choices": [], "tags": [], "media": [], "status": "active"}' || r.body::jsonb) w
        where r.body is not null$sql$, v_kind, private.content_schema(), v_version, p_release -> 'changes');
      execute format('analyze pg_temp.wanted_%s', v_kind);
    end loop;
    update pg_temp.wanted_question w set answer = w.answer || '{"normalisation": 1}'
    where w.type = 'short_text' and not w.answer ? 'normalisation';
    perform private.write_wanted(v_head, v_head);
    perform private.publish_drafts(p_release ->> 'note', null, true, private.caller_id(), (p_release ->> 'rollback_to')::integer);
  end if;

  -- 3 Published before, or just now: the root must be the first cell's. Else nothing of this stays.
  select encode(n.hash, 'hex') into v_root from content.tree_node n
  where n.schema = private.content_schema() and n.kind = 'release' and n.version <= v_version order by n.version desc limit 1;
  if v_root is distinct from p_release ->> 'root' or not exists (select from content.release r where r.version = v_version) then
    perform private.raise_error('release_differs', 'The content of this cell differs from the first cell''s: nothing was published.', 'root');
  end if;
  return case when v_head < v_version then 'published' else 'same' end;
end
$$;
comment on function private.follow_release(jsonb) is 'The core of ops.follow_release().';

create function ops.follow_release(p_release jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.follow_release(p_release);
end
$$;
comment on function ops.follow_release(jsonb) is
  'Publishes ops.release_changes() of another cell here, under the same version: published, or same if it was here already. The root must be the same. '
  'For admins; audited as a publish. Errors: forbidden, release_differs, release_invalid.';
