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
