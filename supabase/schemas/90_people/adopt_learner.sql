-- What:  adopt_learner(): an account takes over the data of an anonymous learner.
-- Why:   who tries the app first and then signs in to an account that exists must keep what they learned (U10).

create function private.lock_learners(p_users uuid[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- In one order for everybody, so that two adoptions never wait for each other. A batch waits for one learner alone.
  insert into learner.state (user_id) select u.id from unnest(p_users) u (id) order by u.id on conflict do nothing;
  perform from learner.state s where s.user_id = any (p_users) order by s.user_id for update;
  perform private.refuse_during_upgrade();
end
$$;
comment on function private.lock_learners(uuid[]) is 'Takes the locks of several learners, as ingest does.';

create function private.adopt_learner(p_account uuid, p_anonymous uuid, p_source text)
returns learner.adoption
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_moved record;
  v_adoption learner.adoption;
  v_record jsonb;
begin
  -- 1 The data, in one transaction. Batches of both learners wait.
  v_moved := private.move_events(p_anonymous, p_account, v_now);
  perform private.move_quarantine(p_anonymous, p_account);
  perform private.move_contacts(p_anonymous, p_account);

  -- 2 From here on the old id takes nothing. What it had adopted itself is the account's, too.
  delete from learner.state s where s.user_id = p_anonymous;
  update learner.adoption a set adopted_by = p_account, change_seq = s.change_seq
  from learner.state s where a.adopted_by = p_anonymous and s.user_id = p_account;
  insert into learner.adoption (user_id, adopted_by, adopted_at, change_seq, moved, duplicate, conflict)
  select p_anonymous, p_account, v_now, s.change_seq, v_moved.moved, v_moved.duplicate, v_moved.conflict
  from learner.state s where s.user_id = p_account
  returning * into v_adoption;

  -- 3 A trace for both learners, and a hint for the account's devices, which pull the new rows.
  v_record := jsonb_build_object('anonymous', p_anonymous, 'account', p_account, 'moved', v_moved.moved, 'duplicate', v_moved.duplicate,
    'conflict', v_moved.conflict, 'by', p_source);
  perform private.audit('adopt_learner', 'learner.state', l.id::text, null, v_record) from unnest(array[p_anonymous, p_account]) l (id);
  insert into ops.change_note (user_id, change_seq) values (p_account, v_adoption.change_seq) on conflict do nothing;
  return v_adoption;
end
$$;
comment on function private.adopt_learner(uuid, uuid, text) is
  'Moves all data of an anonymous learner to an account. The caller has checked both, and holds both locks.';

create function private.adoption_of(p_account uuid, p_anonymous uuid)
returns learner.adoption
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_adoption learner.adoption;
begin
  if p_account = p_anonymous then
    perform private.raise_error('adoption_refused', 'The account and the anonymous learner are the same.', 'same_learner');
  end if;
  perform private.refuse_absent(p_account);
  select * into v_adoption from learner.adoption a where a.user_id = p_anonymous;
  if v_adoption is null then
    -- Their rows are in another cell, from which they would be missing here. The account's devices wait and do not follow.
    perform private.refuse_moved(p_anonymous, false);
  end if;
  if v_adoption.adopted_by <> p_account then
    perform private.raise_error('adoption_refused', 'Another account has adopted this learner.', 'adopted_by_another');
  elsif v_adoption is not null then
    -- Made again by lock_learners().
    delete from learner.state s where s.user_id = p_anonymous;
  elsif exists (select from ops.erasure e where e.user_id = p_anonymous) then
    -- Not `erased`, which tells a device to delete what the account has.
    perform private.raise_error('adoption_erased');
  end if;
  return v_adoption;
end
$$;
comment on function private.adoption_of(uuid, uuid) is
  'The adoption, if it has happened; null if it may happen. Raises adoption_refused or adoption_erased; erased or learner_adopted for the account. '
  'The caller holds both locks.';

create function private.adoption_json(p_adoption learner.adoption)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object('learner_id', p_adoption.user_id,
    'adopted_at', to_char(p_adoption.adopted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'token', private.history() || '.' || p_adoption.change_seq,
    'moved', p_adoption.moved, 'duplicate', p_adoption.duplicate, 'conflict', p_adoption.conflict)
$$;
comment on function private.adoption_json(learner.adoption) is 'An adoption in the form that devices read.';

create function ops.adopt_learner(p_account uuid, p_anonymous uuid, p_reason text)
returns json
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_adoption learner.adoption;
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  perform private.lock_learners(array[p_account, p_anonymous]);
  v_adoption := private.adoption_of(p_account, p_anonymous);
  if v_adoption is null then
    if not exists (select from auth.users u where u.id = p_account and u.deleted_at is null) then
      perform private.raise_error('record_unknown', 'There is no such account.', p_account::text);
    elsif exists (select from auth.users u where u.id = p_anonymous and not u.is_anonymous) then
      perform private.raise_error('adoption_refused', 'This learner has an account of their own.', 'not_anonymous');
    end if;
    v_adoption := private.adopt_learner(p_account, p_anonymous, p_reason);
  end if;
  return private.adoption_json(v_adoption);
end
$$;
comment on function ops.adopt_learner(uuid, uuid, text) is
  'The same by hand: for a learner whose device has lost its session, or who has too many events for it. Find out first that both are the same person. '
  'For admins; audited. Errors: support_invalid, record_unknown, adoption_refused, adoption_erased, erased, learner_adopted.';
