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
