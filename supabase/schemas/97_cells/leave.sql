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
