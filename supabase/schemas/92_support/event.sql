-- What:  support_event(): what happened to an event, in one row that a person can read.
-- Why:   whatever became of the event, there is one place to ask (O2).

create function private.fate_of(p_learner uuid, p_event uuid, p_answers boolean)
returns private.event_fate
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_owner constant uuid := coalesce((select a.adopted_by from learner.adoption a where a.user_id = p_learner), p_learner);
  v_erasure ops.erasure;
  v_fate private.event_fate;
  v_found private.event_fate;
begin
  v_fate.learner_id := v_owner;
  v_fate.event_id := private.uuid_to_ulid(p_event);
  v_fate.made_at := private.ulid_time(p_event);
  select * into v_erasure from ops.erasure e where e.user_id = v_owner;
  if found then
    v_fate.state := 'erased';
    v_fate.summary := format('The data of this learner %s. Whether the event had arrived is not known any more.',
      case when v_erasure.erased_at is null then 'is being erased' else 'was erased at ' || private.minute_text(v_erasure.erased_at) end);
    return v_fate;
  end if;
  v_found := private.stored_fate(v_fate, p_event, p_answers);
  if v_found.state is null then
    v_found := private.kept_fate(v_fate, p_event, p_answers);
  end if;
  if v_found.state is null then
    v_found := private.absent_fate(v_fate);
  end if;
  if v_owner <> p_learner then
    v_found.summary := format('%s The data of learner %s belongs to %s.', v_found.summary, p_learner, v_owner);
  end if;
  return v_found;
end
$$;
comment on function private.fate_of(uuid, uuid, boolean) is 'What became of an event of a learner. An adopted learner''s events are looked up at the account.';

create function private.support_event(p_event text, p_reason text, p_learner uuid, p_answers boolean)
returns setof private.event_fate
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event uuid;
  v_learners uuid[];
begin
  perform private.require_look(p_reason, p_answers);
  if private.is_ulid(upper(btrim(p_event))) is not true then
    perform private.raise_error('support_invalid', '`event` must be the id of an event (ULID).', 'event');
  end if;
  v_event := private.ulid_to_uuid(upper(btrim(p_event)));
  v_learners := case when p_learner is null then array(select l from private.learners_of_event(v_event) l order by l limit 20) else array[p_learner] end;
  perform private.audit_look('support_event', 'learner.event', v_learners,
    jsonb_build_object('reason', p_reason, 'answers', p_answers, 'event', private.uuid_to_ulid(v_event)));
  if v_learners = '{}' then
    return next row(null, private.uuid_to_ulid(v_event), 'never_arrived', 'No event that arrived within eight days of the time in this id has it. Name the '
      'learner to be certain.', null, null, private.ulid_time(v_event), null, null, null, null, null)::private.event_fate;
    return;
  end if;
  return query select f.* from unnest(v_learners) l (id) cross join lateral private.fate_of(l.id, v_event, p_answers) f;
end
$$;
comment on function private.support_event(text, text, uuid, boolean) is 'The core of support_event().';

create function public.support_event(event text, reason text default null, learner uuid default null, with_answers boolean default false)
returns table (
  learner_id uuid, event_id text, state text, summary text, type text, code text, made_at timestamptz, received_at timestamptz, device_id uuid,
  batch_id text, changed jsonb, body jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_event(event, reason, learner, with_answers);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_event(text, text, uuid, boolean) is
  'What happened to an event, as one row with a summary in words. state: applied, voided, quarantined, dead_letter, discarded, superseded, given_up, '
  'erased or never_arrived. Without a learner, one row for each learner with this id, among what arrived within eight days of the id''s time. with_answers '
  'needs a grant. Support and admins, with a reason; audited. Errors: forbidden, support_invalid.';

grant execute on function private.support_event(text, text, uuid, boolean), public.support_event(text, text, uuid, boolean) to authenticated, service_role;
