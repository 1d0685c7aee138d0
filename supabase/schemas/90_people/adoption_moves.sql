-- What:  the parts of an adoption: each moves one kind of an anonymous learner's rows to the account. The caller holds both locks.
-- Why:   nothing may be lost or counted twice, also where both have rows under the same key (U3, U10).

create function private.move_events(p_from uuid, p_to uuid, p_now timestamptz, out moved integer, out duplicate integer, out conflict integer)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_seq bigint;
  v_voids jsonb;
begin
  -- 1 Ids that the account has too. The same event is a duplicate. Another event under the id waits for support, as in ingest.
  with mine as (
    select e.event_id, e.type, e.type_version, e.device_id, e.occurred_at, e.utc_offset_minutes, e.clock_offset_ms, e.answered_at, e.clock_skew_ms, e.body,
      e.received_at
    from learner.event e where e.user_id = p_from
    union all
    select t.event_id, t.type, t.type_version, t.device_id, t.occurred_at, t.utc_offset_minutes, null, null, null, t.body, t.received_at
    from ops.telemetry t where t.user_id = p_from
  ),
  theirs as (
    select e.event_id, e.type, e.type_version, e.occurred_at, e.body from learner.event e where e.user_id = p_to
    union all
    select t.event_id, t.type, t.type_version, t.occurred_at, t.body from ops.telemetry t where t.user_id = p_to
  ),
  taken as materialized (
    select m.*, (h.type, h.type_version, h.occurred_at) = (m.type, m.type_version, m.occurred_at) and private.is_same_body(h.body, m.body) as is_same
    from mine m join theirs h using (event_id)
  ),
  kept as (
    insert into ops.quarantine (
      user_id, sha256, event_id, code, body, device_id, reason, status, first_seen_at, last_seen_at, clock_skew_ms, knowledge, tried_at)
    select p_to, sha256(convert_to(b.line, 'UTF8')), t.event_id, 'id_conflict', b.line, t.device_id, 'adopted from ' || p_from,
      private.waiting_status('id_conflict'), t.received_at, p_now, t.clock_skew_ms, k.number, p_now
    from taken t
    cross join private.knowledge k
    cross join lateral (select (jsonb_strip_nulls(jsonb_build_object('clock_offset_ms', t.clock_offset_ms,
      'answered_at', to_char(t.answered_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))) || jsonb_build_object('id', private.uuid_to_ulid(t.event_id), 'type', t.type, 'version', t.type_version,
      'learner_id', p_from, 'device_id', t.device_id, 'occurred_at', to_char(t.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'utc_offset_minutes', t.utc_offset_minutes, 'body', t.body))::text) b (line)
    where not t.is_same
    on conflict (user_id, sha256) do nothing
  ),
  gone as (
    delete from learner.event e where e.user_id = p_from and e.event_id in (select t.event_id from taken t)
  ),
  gone_too as (
    delete from ops.telemetry x where x.user_id = p_from and x.event_id in (select t.event_id from taken t)
  )
  select count(*) filter (where t.is_same), count(*) filter (where not t.is_same) into duplicate, conflict from taken t;

  -- 2 The rest counts as if it had arrived under the account. Support's voids stay, but a void of a skill's progress not for a row
  --   that is the account's as well.
  v_voids := (
    select jsonb_agg(v) from jsonb_array_elements(private.voids_of(p_from)) v
    where v ->> 'kind' <> 'skill_progress'
      or not exists (select from learner.skill_progress p where p.user_id = p_to and p.skill_id = (v ->> 'id')::uuid));
  select l.last_seq into v_seq
  from learner.state s cross join lateral private.project_ledger(p_from, p_to, s.change_seq) l
  where s.user_id = p_to;
  update learner.state s set
    change_seq = v_seq, newest_event = greatest(s.newest_event, (select o.newest_event from learner.state o where o.user_id = p_from))
  where s.user_id = p_to;
  perform private.restore_voids(p_to, v_voids);

  -- 3 The ledger and the telemetry themselves.
  update learner.event e set user_id = p_to where e.user_id = p_from;
  get diagnostics moved = row_count;
  update ops.telemetry t set user_id = p_to where t.user_id = p_from;
  insert into ops.telemetry_horizon as h (user_id, device_id, last_event)
  select p_to, x.device_id, x.last_event from ops.telemetry_horizon x where x.user_id = p_from
  on conflict (user_id, device_id) do update set last_event = greatest(h.last_event, excluded.last_event);
  delete from ops.telemetry_horizon x where x.user_id = p_from;
  delete from learner.session x where x.user_id = p_from;
  delete from learner.attempt x where x.user_id = p_from;
  delete from learner.skill_progress x where x.user_id = p_from;
  delete from learner.practice x where x.user_id = p_from;
  delete from ops.projection_difference x where x.user_id = p_from;
end
$$;
comment on function private.move_events(uuid, uuid, timestamptz) is
  'Moves ledger and telemetry, and projects what is new to the account. Returns the ledger''s events that moved, and those of both that the account had.';

create function private.move_quarantine(p_from uuid, p_to uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Copies, because actions refer to their row and are never updated. A held event is tried again at the next contact.
  insert into ops.quarantine as q (
    user_id, sha256, event_id, code, field, body, mended_body, device_id, batch_id, origin, reason, status, first_seen_at, last_seen_at,
    clock_skew_ms, times_seen, knowledge, waits_for, tried_at, resolved_at, resolved_event)
  select p_to, o.sha256, o.event_id, o.code, o.field, o.body, o.mended_body, o.device_id, o.batch_id, o.origin, o.reason, o.status, o.first_seen_at,
    o.last_seen_at, o.clock_skew_ms, o.times_seen, case when o.status = 'held' then 0 else o.knowledge end, o.waits_for, o.tried_at, o.resolved_at, o.resolved_event
  from ops.quarantine o
  where o.user_id = p_from
  on conflict (user_id, sha256) do update set
    clock_skew_ms = case when excluded.first_seen_at < q.first_seen_at then excluded.clock_skew_ms else q.clock_skew_ms end,
    first_seen_at = least(q.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(q.last_seen_at, excluded.last_seen_at),
    times_seen = q.times_seen + excluded.times_seen;
  insert into ops.quarantine_action (
    user_id, sha256, number, at, actor, actor_role, action, reason, before_body, after_body, after_sha256, outcome, code, field, event_id)
  select p_to, o.sha256, o.number + coalesce(n.taken, 0), o.at, o.actor, o.actor_role, o.action, o.reason, o.before_body, o.after_body,
    o.after_sha256, o.outcome, o.code, o.field, o.event_id
  from ops.quarantine_action o
  left join (select a.sha256, max(a.number) as taken from ops.quarantine_action a where a.user_id = p_to group by a.sha256) n on n.sha256 = o.sha256
  where o.user_id = p_from;
  delete from ops.quarantine_action x where x.user_id = p_from;
  delete from ops.quarantine x where x.user_id = p_from;
  delete from ops.quarantine_load x where x.user_id = p_from;
  delete from ops.replay_queue x where x.user_id = p_from;
end
$$;
comment on function private.move_quarantine(uuid, uuid) is 'Moves quarantined events and what support did with them. A text that both have stays once.';

create function private.move_contacts(p_from uuid, p_to uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A device that both know is the same installation. A revocation of either counts.
  insert into learner.device as d (
    user_id, device_id, platform, app_version, contract_version, content_version, first_seen_at, last_seen_at, clock_skew_ms, queue_lag_ms, revoked_at)
  select p_to, o.device_id, o.platform, o.app_version, o.contract_version, o.content_version, o.first_seen_at, o.last_seen_at, o.clock_skew_ms,
    o.queue_lag_ms, o.revoked_at
  from learner.device o
  where o.user_id = p_from
  order by o.last_seen_at, o.device_id
  on conflict (user_id, device_id) do update set
    first_seen_at = least(d.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(d.last_seen_at, excluded.last_seen_at),
    revoked_at = least(d.revoked_at, excluded.revoked_at);
  delete from learner.device x where x.user_id = p_from;
  -- These sessions are the anonymous user's. The account's tokens never name them.
  delete from learner.device_session x where x.user_id = p_from;

  update learner.batch b set user_id = p_to
  where b.user_id = p_from
    and not exists (select from learner.batch o where o.user_id = p_to and o.received_at = b.received_at and o.batch_id = b.batch_id);
  delete from learner.batch x where x.user_id = p_from;
  update ops.content_report r set user_id = p_to, number = r.number + coalesce((
    select max(o.number) from ops.content_report o where o.user_id = p_to and o.reported_on = r.reported_on), 0)
  where r.user_id = p_from;
  delete from ops.change_note x where x.user_id = p_from;
end
$$;
comment on function private.move_contacts(uuid, uuid) is 'Moves devices, the log of batches and content reports.';
