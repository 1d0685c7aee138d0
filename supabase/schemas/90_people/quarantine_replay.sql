-- What:  support sends quarantined events through ingest again: unchanged, mended, or under a new id.
-- Why:   after a fix of the server or of the event, the event must count, and only once (U3).

create function private.rows_to_replay(p_learner uuid, p_rows bytea[], p_code text, p_new_id boolean, p_tried_before timestamptz)
returns table (sha256 bytea)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select q.sha256 from ops.quarantine q
  where q.user_id = p_learner and q.status in ('open', 'held') and q.tried_at < p_tried_before
    and (p_code is null or q.code = p_code)
    and (p_rows is null or q.sha256 = any (p_rows))
    -- A new id is only for events whose id is taken. Any other event would count twice when its device sends it again.
    and (not p_new_id or q.code = 'id_conflict')
  -- Events that fail again go to the end of the queue, so that they do not block the others.
  order by q.tried_at, q.event_id, q.sha256
$$;
comment on function private.rows_to_replay(uuid, bytea[], text, boolean, timestamptz) is
  'A learner''s open and held rows whose last try was before p_tried_before, least recently tried first.';

create function private.replay_quarantined(
  p_learner uuid, p_ids text[], p_code text, p_new_id boolean, p_tried_before timestamptz, p_reason text)
returns table (id text, status text, code text, field text, became_event text, remaining integer, began_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_asked bytea[];
  v_rows bytea[];
  v_before timestamptz;
  v_remaining integer;
begin
  perform private.require_role('support', 'admin');
  -- After a fix of the server the code says why. A person who replays single events gives a reason.
  if p_reason is not null then
    perform private.require_reason(p_reason);
  end if;
  perform private.lock_learner(p_learner);
  if p_ids is not null then
    v_asked := private.quarantine_ids(p_learner, p_ids);
  end if;
  -- Read under the lock, so that every later try has a later time.
  v_before := least(p_tried_before, clock_timestamp());
  v_rows := array(select r.sha256 from private.rows_to_replay(p_learner, v_asked, p_code, p_new_id, v_before) r limit 500);
  if p_new_id then
    perform private.mend_row(p_learner, q.sha256,
      (coalesce(q.mended_body, q.body)::jsonb || jsonb_build_object('id', private.mended_id(q)))::text, coalesce(p_reason, 'Its id is taken by another event.'))
    from ops.quarantine q
    where q.user_id = p_learner and q.sha256 = any (v_rows);
  else
    perform private.retry_rows(p_learner, v_rows);
    perform private.record_actions(p_learner, v_rows, 'replayed', p_reason);
  end if;
  v_remaining := (select count(*) from private.rows_to_replay(p_learner, v_asked, p_code, p_new_id, v_before));
  perform private.audit('replay_quarantined', 'learner.state', p_learner::text, null, jsonb_build_object('ids', p_ids, 'code', p_code,
    'new_id', p_new_id, 'tried_before', p_tried_before, 'reason', p_reason, 'rows', cardinality(v_rows), 'remaining', v_remaining));
  return query select s.*, v_remaining, v_before from private.quarantine_states(p_learner, coalesce(v_asked, v_rows)) s;
end
$$;
comment on function private.replay_quarantined(uuid, text[], text, boolean, timestamptz, text) is 'The core of replay_quarantined().';

create function public.replay_quarantined(
  learner uuid, ids text[] default null, with_code text default null, as_new_id boolean default false, tried_before timestamptz default null,
  reason text default null)
returns table (id text, status text, code text, field text, became_event text, remaining integer, began_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.replay_quarantined(learner, ids, with_code, as_new_id, tried_before, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.replay_quarantined(uuid, text[], text, boolean, timestamptz, text) is
  'Sends a learner''s quarantined events through ingest again (some ids, all, or all of a code): at most 500, least recently tried first. Returns the state '
  'of each. remaining is the number not tried yet: repeat with began_at as tried_before until it is 0, or no row is returned. '
  'as_new_id: gives events whose id is taken a new id. reason: kept with each event. Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

create function private.mend_quarantined(p_learner uuid, p_id text, p_mended jsonb, p_reason text)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows bytea[];
begin
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  if p_mended is null or jsonb_typeof(p_mended) <> 'object' or octet_length(p_mended::text) > private.max_event_bytes() then
    perform private.raise_error('support_invalid', format('`mended` must be a JSON object of at most %s bytes.', private.max_event_bytes()), 'mended');
  end if;
  perform private.lock_learner(p_learner);
  v_rows := private.quarantine_ids(p_learner, array[p_id]);
  perform private.mend_row(p_learner, v_rows[1], p_mended::text, p_reason);
  perform private.audit('mend_quarantined', 'learner.state', p_learner::text, null, jsonb_build_object('id', p_id, 'reason', p_reason));
  return query select * from private.quarantine_states(p_learner, v_rows);
end
$$;
comment on function private.mend_quarantined(uuid, text, jsonb, text) is 'The core of mend_quarantined().';

create function public.mend_quarantined(learner uuid, id text, mended jsonb, reason text)
returns table (quarantine_id text, status text, code text, field text, became_event text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.mend_quarantined(learner, id, mended, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.mend_quarantined(uuid, text, jsonb, text) is
  'Replays an open or held event with a corrected body and returns its state. The original and all earlier bodies are kept. '
  'Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

grant execute on function private.replay_quarantined(uuid, text[], text, boolean, timestamptz, text), private.mend_quarantined(uuid, text, jsonb, text),
  public.replay_quarantined(uuid, text[], text, boolean, timestamptz, text), public.mend_quarantined(uuid, text, jsonb, text) to authenticated, service_role;
