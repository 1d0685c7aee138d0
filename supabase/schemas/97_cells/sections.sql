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
