-- What:  adopt_for(), an adoption that a device asks for, with proof of both sessions.
-- Why:   nobody may take over a learner without their phone, nor an account that is not anonymous (I9, U10).

create function private.adopt_for(p_account uuid, p_session uuid, p_anonymous uuid, p_anonymous_session uuid)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- 20,000 events take 3 s, or 4.5 s under sixfold overload. A statement of carrel_edge may take 8 s.
  v_most constant integer := private.max_adopted_events();
  v_events integer;
  v_adoption learner.adoption;
  v_refusal json;
begin
  -- 0 Without a proof nothing is moved, and an adoption that has happened is only reported. A device asks again after a restore of the
  --   server, when its proof may be too old. No lock of a learner whom the caller only names.
  if p_anonymous_session is null then
    perform private.require_running(null, null);
    perform private.require_session(p_account, p_session, null);
    select * into v_adoption from learner.adoption a where a.user_id = p_anonymous and a.adopted_by = p_account;
    if v_adoption is null then
      perform private.raise_error('adoption_proof_invalid', p_info => 'anonymous_token');
    end if;
    return private.adoption_json(v_adoption);
  end if;

  -- 1 Both learners' locks, in a statement of its own. Everything after sees what the last holders committed.
  perform private.lock_learners(array[p_account, p_anonymous]);
  perform private.require_running(null, null);
  perform private.require_session(p_account, p_session, null);

  -- 2 A repeated call has the same answer.
  v_adoption := private.adoption_of(p_account, p_anonymous);
  if v_adoption is not null then
    return private.adoption_json(v_adoption);
  end if;

  -- 3 The function has verified the signature of the anonymous token, which may have expired. So its session must still live.
  if private.session_refusal(p_anonymous, p_anonymous_session, null) is not null then
    perform private.raise_error('adoption_proof_invalid', p_info => 'anonymous_token');
  elsif not (private.account_of(p_anonymous, p_anonymous_session)).is_anonymous then
    perform private.raise_error('adoption_refused', 'This learner has an account of their own.', 'not_anonymous');
  end if;

  -- 4 Bounds: as many events as the device's batches may bring, and out of the account's buckets.
  select count(*) into v_events
  from (
    select from learner.event e where e.user_id = p_anonymous
    union all select from ops.telemetry t where t.user_id = p_anonymous
    union all select from ops.quarantine q where q.user_id = p_anonymous
    limit v_most + 1
  ) x;
  if v_events > v_most then
    perform private.raise_error('adoption_too_large', format('A device can have at most %s events adopted.', v_most), v_most::text);
  end if;
  v_refusal := private.take_tokens(p_account, least(v_events, private.max_batch_events()));
  if v_refusal is not null then
    return v_refusal;
  end if;
  return private.adoption_json(private.adopt_learner(p_account, p_anonymous, 'device'));
end
$$;
comment on function private.adopt_for(uuid, uuid, uuid, uuid) is
  'An account adopts an anonymous learner: {learner_id, adopted_at, token, moved, duplicate, conflict}, the same at every call, or {refused} if a rate limit '
  'is exceeded. The caller has verified the account''s token, and the anonymous one if p_anonymous_session is not null. Errors: paused, unauthenticated, '
  'session_ended, device_revoked, erased, learner_adopted, adoption_proof_invalid, adoption_refused, adoption_erased, adoption_too_large; lock_timeout if one of them is busy.';
grant execute on function private.adopt_for(uuid, uuid, uuid, uuid) to carrel_edge;
