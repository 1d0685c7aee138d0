-- What:  support sends quarantined events through ingest again: as they are, mended, or under a new id.
-- Why:   after a fix, of the server or of the event, it must count, and once (U3).
-- Locks: none; new objects only. At run time the learner's row.
-- Undo:  drop function public.replay_quarantined, public.mend_quarantined, ops.replay_quarantined, private.replay_quarantined,
--        private.mend_quarantined.

create function private.replay_quarantined(p_learner uuid, p_ids text[], p_code text, p_new_id boolean)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_asked bytea[];
  v_rows bytea[];
begin
  perform private.require_role('support', 'admin');
  perform private.lock_learner(p_learner);
  if p_ids is not null then
    v_asked := private.quarantine_ids(p_learner, p_ids);
  end if;
  v_rows := array(
    select q.sha256 from ops.quarantine q
    where q.user_id = p_learner and q.status in ('open', 'held') and (p_code is null or q.code = p_code)
      and (v_asked is null or q.sha256 = any (v_asked))
      -- A new id is for what a taken one keeps out; anything else would count twice once its device sends it again.
      and (not p_new_id or q.code = 'id_conflict')
    order by q.knowledge, q.event_id limit 500);
  if p_new_id then
    perform private.mend_row(p_learner, q.sha256,
      (coalesce(q.mended_body, q.body)::jsonb || jsonb_build_object('id', private.mended_id(q)))::text, 'Its id is taken by another event.')
    from ops.quarantine q
    where q.user_id = p_learner and q.sha256 = any (v_rows);
  else
    perform private.retry_rows(p_learner, v_rows);
    perform private.record_actions(p_learner, v_rows, 'replayed', null);
  end if;
  perform private.audit('replay_quarantined', 'learner.state', p_learner::text, null,
    jsonb_build_object('ids', p_ids, 'code', p_code, 'new_id', p_new_id, 'rows', cardinality(v_rows)));
  return query select * from private.quarantine_states(p_learner, coalesce(v_asked, v_rows));
end
$$;
comment on function private.replay_quarantined(uuid, text[], text, boolean) is 'The core of replay_quarantined().';

create function public.replay_quarantined(learner uuid, ids text[] default null, with_code text default null, as_new_id boolean default false)
returns table (id text, status text, code text, field text, became_event text)
language sql
volatile
set search_path = ''
as $$ select * from private.replay_quarantined(learner, ids, with_code, as_new_id) $$;
comment on function public.replay_quarantined(uuid, text[], text, boolean) is
  'Sends a learner''s quarantined events through ingest again (ids, or all, or all of a code; at most 500) and returns how each stands. '
  'as_new_id: those whose id another event has taken, under a new one. Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

create function private.mend_quarantined(p_learner uuid, p_id text, p_mended jsonb, p_reason text)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_rows bytea[];
begin
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  if p_mended is null or jsonb_typeof(p_mended) <> 'object' then
    perform private.raise_error('CR071', 'A mended event is an object.', 'mended');
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
language sql
volatile
set search_path = ''
as $$ select * from private.mend_quarantined(learner, id, mended, reason) $$;
comment on function public.mend_quarantined(uuid, text, jsonb, text) is
  'Replays an open or held event with a corrected body, and returns how it stands; the original is kept, and so is every body before. '
  'Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

create function ops.replay_quarantined(p_code text, p_after uuid default null, p_learners integer default 20)
returns table (learners integer, applied integer, busy uuid[], last uuid)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_user uuid;
  v_rows bytea[];
begin
  perform private.require_role('support', 'admin');
  learners := 0;
  applied := 0;
  for v_user in
    select distinct q.user_id from ops.quarantine q
    where q.status in ('open', 'held') and q.code = p_code and (p_after is null or q.user_id > p_after) order by q.user_id limit p_learners
  loop
    learners := learners + 1;
    last := v_user;
    perform from learner.state s where s.user_id = v_user for update skip locked;
    if not found then
      busy := busy || v_user;
      continue;
    end if;
    v_rows := array(
      select q.sha256 from ops.quarantine q
      where q.user_id = v_user and q.status in ('open', 'held') and q.code = p_code order by q.knowledge, q.event_id limit 500);
    applied := applied + private.retry_rows(v_user, v_rows);
    perform private.record_actions(v_user, v_rows, 'replayed', null);
    perform private.audit('replay_quarantined', 'learner.state', v_user::text, null, jsonb_build_object('code', p_code, 'rows', cardinality(v_rows)));
  end loop;
  return next;
end
$$;
comment on function ops.replay_quarantined(text, uuid, integer) is
  'After a fix of the server: replays the events of one code, of up to p_learners learners beyond p_after. Repeat with last until learners is 0; busy ones had a sync running.';

grant execute on function private.replay_quarantined(uuid, text[], text, boolean), private.mend_quarantined(uuid, text, jsonb, text),
  public.replay_quarantined(uuid, text[], text, boolean), public.mend_quarantined(uuid, text, jsonb, text) to authenticated, service_role;
