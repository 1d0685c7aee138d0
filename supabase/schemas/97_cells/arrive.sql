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
