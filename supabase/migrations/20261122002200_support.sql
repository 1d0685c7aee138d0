-- What:  support_timeline(): one learner's batches, events, quarantine, devices and operations as one list.
-- Why:   support must see what happened without reading tables; and each such look is itself on record (O2).
-- Locks: none; new objects only.
-- Undo:  drop function public.support_timeline, private.support_timeline.
create function private.support_timeline(p_learner uuid, p_before timestamptz, p_limit integer)
returns table (at timestamptz, kind text, summary text, detail jsonb)
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_before constant timestamptz := coalesce(p_before, 'infinity');
  v_limit constant integer := least(greatest(coalesce(p_limit, 100), 1), 1000);
begin
  perform private.require_role('support', 'admin');
  perform private.audit('support_timeline', 'learner.state', p_learner::text, null,
    jsonb_build_object('before', p_before, 'limit', v_limit));
  return query
  select t.* from (
    (select b.received_at, 'batch',
      format('%s events: %s applied, %s duplicate, %s quarantined, %s to retry', b.events, b.applied, b.duplicate, b.quarantined, b.retry),
      jsonb_build_object('batch_id', private.uuid_to_ulid(b.batch_id), 'device_id', b.device_id)
     from learner.batch b
     where b.user_id = p_learner and b.received_at < v_before order by b.received_at desc limit v_limit)
    union all
    (select e.received_at, 'event', format('%s at %s', e.type, to_char(e.occurred_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS"Z"')),
      jsonb_build_object('event_id', private.uuid_to_ulid(e.event_id), 'device_id', e.device_id, 'body', e.body,
        'content_state', e.content_state, 'graded_correct', e.graded_correct, 'head_version', e.head_version)
     from learner.event e
     where e.user_id = p_learner and e.received_at < v_before order by e.received_at desc, e.event_id desc limit v_limit)
    union all
    (select q.last_seen_at, 'quarantine', format('%s%s, %s, seen %s times', q.code, ' ' || q.field, q.status, q.times_seen),
      jsonb_build_object('event_id', private.uuid_to_ulid(q.event_id), 'device_id', q.device_id, 'body', q.body, 'first_seen_at', q.first_seen_at)
     from ops.quarantine q
     where q.user_id = p_learner and q.last_seen_at < v_before order by q.last_seen_at desc limit v_limit)
    union all
    (select d.first_seen_at, 'device', format('first contact of a device: %s %s', coalesce(d.platform, 'unknown platform'), coalesce(d.app_version, '')),
      jsonb_build_object('device_id', d.device_id, 'last_seen_at', d.last_seen_at, 'content_version', d.content_version, 'clock_skew_ms', d.clock_skew_ms)
     from learner.device d
     where d.user_id = p_learner and d.first_seen_at < v_before)
    union all
    (select a.at, 'operation', format('%s by %s', a.action, a.actor_role), jsonb_build_object('actor', a.actor, 'source', a.source, 'after', a.after)
     from ops.audit a
     where a.object = 'learner.state' and a.object_id = p_learner::text and a.at < v_before order by a.id desc limit v_limit)
  ) t (at, kind, summary, detail)
  order by t.at desc, t.kind
  limit v_limit;
end
$$;
comment on function private.support_timeline(uuid, timestamptz, integer) is 'The core of support_timeline().';

create function public.support_timeline(learner uuid, before timestamptz default null, page_rows integer default 100)
returns table (at timestamptz, kind text, summary text, detail jsonb)
language sql
volatile
set search_path = ''
as $$ select * from private.support_timeline(learner, before, page_rows) $$;
comment on function public.support_timeline(uuid, timestamptz, integer) is
  'What happened to one learner, newest first: batches, events, quarantined events, devices, operations. Support and admins; every call is audited.';

grant execute on function private.support_timeline(uuid, timestamptz, integer),
  public.support_timeline(uuid, timestamptz, integer) to authenticated, service_role;
