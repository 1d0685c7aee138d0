-- What:  support_void() and support_unvoid(): void a session, an attempt or a skill's progress, or undo that.
-- Why:   a wrong row is marked, not deleted, so that every device pulls the mark and a rebuild keeps it (O1, U6).

create function private.void_record(p_learner uuid, p_kind text, p_id text, p_reason text, p_void boolean)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
  v_before jsonb;
  v_after jsonb;
begin
  -- 1 Check the role and the parameters.
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  if p_kind is null or p_kind not in ('session', 'attempt', 'skill_progress') then
    perform private.raise_error('support_invalid', '`kind` must be session, attempt or skill_progress.', 'kind');
  end if;
  if p_kind = 'skill_progress' and pg_input_is_valid(p_id, 'uuid') then
    v_id := p_id::uuid;
  elsif p_kind <> 'skill_progress' and private.is_ulid(p_id) then
    v_id := private.ulid_to_uuid(p_id);
  else
    perform private.raise_error('support_invalid', '`id` must be the ULID of a session or an attempt, or the UUID of a skill.', 'id');
  end if;
  perform private.lock_learner(p_learner);

  -- 2 Rows in the wanted state are not changed. Triggers give changed rows a change number, so that devices pull them.
  case p_kind
    when 'session' then
      select to_jsonb(x) into v_before from learner.session x where x.user_id = p_learner and x.session_id = v_id;
      update learner.session x set voided_at = case when p_void then clock_timestamp() end
      where x.user_id = p_learner and x.session_id = v_id and (x.voided_at is null) = p_void returning to_jsonb(x) into v_after;
    when 'attempt' then
      select to_jsonb(x) into v_before from learner.attempt x where x.user_id = p_learner and x.event_id = v_id;
      update learner.attempt x set voided_at = case when p_void then clock_timestamp() end
      where x.user_id = p_learner and x.event_id = v_id and (x.voided_at is null) = p_void returning to_jsonb(x) into v_after;
    when 'skill_progress' then
      select to_jsonb(x) into v_before from learner.skill_progress x where x.user_id = p_learner and x.skill_id = v_id;
      update learner.skill_progress x set voided_at = case when p_void then clock_timestamp() end
      where x.user_id = p_learner and x.skill_id = v_id and (x.voided_at is null) = p_void returning to_jsonb(x) into v_after;
  end case;
  if v_before is null then
    perform private.raise_error('record_unknown', p_info => p_id);
  end if;
  perform private.audit(case when p_void then 'support_void' else 'support_unvoid' end, 'learner.state', p_learner::text,
    v_before, jsonb_build_object('kind', p_kind, 'id', p_id, 'reason', p_reason, 'changed', v_after is not null));
  return jsonb_build_object('kind', p_kind, 'id', p_id, 'voided', p_void, 'changed', v_after is not null);
end
$$;
comment on function private.void_record(uuid, text, text, text, boolean) is 'The core of support_void() and support_unvoid().';

create function public.support_void(learner uuid, kind text, id text, reason text)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.void_record(learner, kind, id, reason, true);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_void(uuid, text, text, text) is
  'Voids a record: kind is session or attempt (id: their ULID), or skill_progress (id: the skill). Devices pull it as voided and hide it. '
  'Returns {kind, id, voided, changed}. Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

create function public.support_unvoid(learner uuid, kind text, id text, reason text)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.void_record(learner, kind, id, reason, false);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_unvoid(uuid, text, text, text) is
  'Undoes support_void(). Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

grant execute on function private.void_record(uuid, text, text, text, boolean), public.support_void(uuid, text, text, text),
  public.support_unvoid(uuid, text, text, text) to authenticated, service_role;
