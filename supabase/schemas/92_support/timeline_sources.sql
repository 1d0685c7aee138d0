-- What:  timeline_sources(): for each kind of entry of the timeline, its table and how its rows are shown.
-- Why:   a page is one query of only those kinds that are asked for, each started at the page's place in its own index (O2).

create function private.timeline_sources()
returns table (kind text, source text, at text, key text, sort text, is_ulid boolean, summary text, detail text, device text, code text, condition text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $sources$
  values
    ('batch', 'learner.batch', 'x.received_at', 'x.batch_id::text', 'x.received_at %1$s, x.batch_id %1$s', false,
      $$format('%s %s: %s applied, %s duplicate, %s quarantined, %s to retry', x.events, case x.events when 1 then 'event' else 'events' end, x.applied, x.duplicate, x.quarantined, x.retry)$$,
      $$jsonb_build_object('batch_id', private.uuid_to_ulid(x.batch_id), 'device_id', x.device_id)$$,
      'x.device_id = $9', null, null),
    ('event', 'learner.event', 'private.ulid_time(x.event_id)', 'x.event_id::text', 'x.event_id %1$s', true,
      $$format('%s%s, received %s', x.type,
        case when x.type = 'attempt.recorded' then case coalesce(x.graded_correct, (x.body -> 'correct')::boolean) when true then ', right' else ', wrong' end end,
        to_char(x.received_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS"Z"'))$$,
      $$jsonb_build_object('event_id', private.uuid_to_ulid(x.event_id), 'device_id', x.device_id, 'occurred_at', x.occurred_at, 'received_at', x.received_at,
        'body', private.event_content(x.type, x.type_version, x.body, $8), 'content_state', x.content_state, 'graded_correct', x.graded_correct,
        'head_version', x.head_version)$$,
      'x.device_id = $9', null, '($11::uuid is null or x.skill_id = $11) and ($12::uuid is null or x.question_id = $12)'),
    ('report', 'ops.telemetry', 'private.ulid_time(x.event_id)', 'x.event_id::text', 'x.event_id %1$s', true,
      $$format('report of a device: %s %s, %s waiting, %s quarantined, %s given up', x.body ->> 'platform', x.body ->> 'app_version', x.body ->> 'waiting',
        x.body ->> 'quarantined', x.body ->> 'dead')$$,
      $$jsonb_build_object('event_id', private.uuid_to_ulid(x.event_id), 'device_id', x.device_id, 'occurred_at', x.occurred_at, 'received_at', x.received_at,
        'body', private.event_content(x.type, x.type_version, x.body, $8))$$,
      'x.device_id = $9', 'x.body -> ''codes'' ? $10', $$x.type = 'app.reported'$$),
    ('telemetry', 'ops.telemetry', 'private.ulid_time(x.event_id)', 'x.event_id::text', 'x.event_id %1$s', true,
      $$concat_ws(' ', x.type, x.body ->> 'code')$$,
      $$jsonb_build_object('event_id', private.uuid_to_ulid(x.event_id), 'device_id', x.device_id, 'occurred_at', x.occurred_at, 'received_at', x.received_at,
        'body', private.event_content(x.type, x.type_version, x.body, $8))$$,
      'x.device_id = $9', $$x.body ->> 'code' = $10$$, $$x.type <> 'app.reported'$$),
    ('quarantine', 'ops.quarantine', 'x.last_seen_at', $$encode(x.sha256, 'hex')$$, 'x.last_seen_at %1$s, x.sha256 %1$s', false,
      $$format('%s%s, %s%s, seen %s', x.code, ' ' || x.field, x.status, ' as ' || private.uuid_to_ulid(x.resolved_event),
        case x.times_seen when 1 then 'once' else x.times_seen || ' times' end)$$,
      $$jsonb_build_object('id', encode(x.sha256, 'hex'), 'event_id', private.uuid_to_ulid(x.event_id), 'device_id', x.device_id,
        'body', private.text_content(x.body, $8), 'mended_body', private.text_content(x.mended_body, $8), 'origin', x.origin, 'reason', x.reason,
        'first_seen_at', x.first_seen_at, 'became_event', private.uuid_to_ulid(x.resolved_event), 'resolved_at', x.resolved_at)$$,
      'x.device_id = $9', 'x.code = $10', null),
    ('action', 'ops.quarantine_action', 'x.at', $$encode(x.sha256, 'hex') || lpad(x.number::text, 10, '0')$$,
      'x.at %1$s, x.sha256 %1$s, x.number %1$s', false,
      $$format('%s by %s: %s', x.action, x.actor_role, concat_ws(' ', x.outcome, x.code, x.field, 'as ' || private.uuid_to_ulid(x.event_id)))$$,
      $$private.row_content(private.action_json(x), $8) || jsonb_build_object('id', encode(x.sha256, 'hex'))$$,
      null, 'x.code = $10', null),
    ('device', 'learner.device', 'x.first_seen_at', 'x.device_id::text', 'x.first_seen_at %1$s, x.device_id %1$s', false,
      $$format('first contact of a device: %s', coalesce(nullif(concat_ws(' ', x.platform, x.app_version), ''), 'unknown'))$$,
      $$jsonb_build_object('device_id', x.device_id, 'last_seen_at', x.last_seen_at, 'content_version', x.content_version, 'clock_skew_ms', x.clock_skew_ms)$$,
      'x.device_id = $9', null, null),
    ('operation', 'ops.audit', 'x.at', $$lpad(x.id::text, 20, '0')$$, 'x.at %1$s, x.id %1$s', false,
      $$format('%s by %s%s', x.action, x.actor_role, ': ' || (x.after ->> 'reason'))$$,
      $$jsonb_build_object('actor', x.actor, 'source', x.source, 'object', x.object, 'before', private.row_content(x.before, $8),
        'after', private.row_content(x.after, $8))$$,
      null, null, null)
$sources$;
comment on function private.timeline_sources() is
  'The kinds of entries, as parts of a query of the table x: time, key, order, texts, and the condition of each filter (null: the kind has no such '
  'field). Parameters: $8 show answers, $9 device, $10 code, $11 skill, $12 question. sort takes asc or desc.';
