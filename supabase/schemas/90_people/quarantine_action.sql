-- What:  the shared parts of support's actions on quarantined events: retry, mend, record, report.
-- Why:   the original of every event stays, and the result of every action is visible (U3).

create function private.action_json(p_action ops.quarantine_action)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_strip_nulls(jsonb_build_object('at', p_action.at, 'action', p_action.action, 'actor', p_action.actor, 'actor_role', p_action.actor_role,
    'reason', p_action.reason, 'before_body', p_action.before_body, 'after_body', p_action.after_body, 'after_sha256', encode(p_action.after_sha256, 'hex'),
    'outcome', p_action.outcome, 'code', p_action.code, 'field', p_action.field, 'event_id', private.uuid_to_ulid(p_action.event_id)))
$$;
comment on function private.action_json(ops.quarantine_action) is 'An action in the form that support reads.';

create function private.record_actions(p_learner uuid, p_rows bytea[], p_action text, p_reason text, p_before text default null)
returns void
language plpgsql -- rather than sql, which plans at every call
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into ops.quarantine_action (
    user_id, sha256, number, at, actor, actor_role, action, reason, before_body, after_body, after_sha256, outcome, code, field, event_id)
  select q.user_id, q.sha256,
    1 + coalesce((select max(a.number) from ops.quarantine_action a where a.user_id = q.user_id and a.sha256 = q.sha256), 0),
    clock_timestamp(), c.actor, c.actor_role, p_action, p_reason, p_before,
    case when p_action = 'mended' then q.mended_body end, case when p_action = 'mended' then sha256(convert_to(q.mended_body, 'UTF8')) end,
    q.status, case when q.status in ('open', 'held') then q.code end, case when q.status in ('open', 'held') then q.field end, q.resolved_event
  from ops.quarantine q
  cross join private.audit_caller() c
  where q.user_id = p_learner and q.sha256 = any (p_rows);
end
$$;
comment on function private.record_actions(uuid, bytea[], text, text, text) is
  'Records an action on some rows with their present state. The caller holds the learner''s lock.';

create function private.quarantine_states(p_learner uuid, p_rows bytea[])
returns table (id text, status text, code text, field text, became_event text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select encode(q.sha256, 'hex'), q.status, case when q.status in ('open', 'held') then q.code end,
    case when q.status in ('open', 'held') then q.field end, private.uuid_to_ulid(q.resolved_event)
  from ops.quarantine q
  where q.user_id = p_learner and q.sha256 = any (p_rows)
  order by q.event_id, q.sha256
$$;
comment on function private.quarantine_states(uuid, bytea[]) is 'The present state of rows: the remaining error, or the resulting event.';

create function private.mended_id(p_row ops.quarantine)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- The same millisecond, then bits of the text's hash. A second replay of the same text, even after a restore, gets the
  -- same id and counts once.
  select private.uuid_to_ulid((left(replace(p_row.event_id::text, '-', ''), 12) || left(encode(p_row.sha256, 'hex'), 20))::uuid)
$$;
comment on function private.mended_id(ops.quarantine) is 'A new ULID, derived from the text, for an event whose id is taken.';

create function private.retry_rows(p_learner uuid, p_rows bytea[])
returns integer
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select private.replay_rows(p_learner, clock_timestamp(), coalesce((select max(r.version) from content.release r), 0), k.number, p_rows)
  from private.knowledge k
$$;
comment on function private.retry_rows(uuid, bytea[]) is 'Replays rows now, with the server''s present knowledge.';

create function private.mend_row(p_learner uuid, p_row bytea, p_mended text, p_reason text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before text;
begin
  select coalesce(q.mended_body, q.body) into v_before from ops.quarantine q
  where q.user_id = p_learner and q.sha256 = p_row and q.status in ('open', 'held');
  -- Superseded events cannot be mended. Discarded events must be restored first.
  if not found then
    return;
  end if;
  update ops.quarantine q set mended_body = p_mended where q.user_id = p_learner and q.sha256 = p_row;
  perform private.retry_rows(p_learner, array[p_row]);
  perform private.record_actions(p_learner, array[p_row], 'mended', p_reason, v_before);
end
$$;
comment on function private.mend_row(uuid, bytea, text, text) is 'Stores a mended body beside the original and replays it. The caller holds the learner''s lock.';
