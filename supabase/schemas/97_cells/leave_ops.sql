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
