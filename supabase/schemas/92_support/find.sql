-- What:  support_find(): whose id, e-mail address, device, event or batch a text is.
-- Why:   a learner or an app developer quotes whatever they have, and support must find the learner (O2).

-- One entry a batch, a device and a quarantined event. None of these tables grows with every event.
create index batch_batch_id_idx on learner.batch (batch_id);
create index device_device_id_idx on learner.device (device_id);
create index quarantine_event_id_idx on ops.quarantine (event_id) where event_id is not null;

create function private.learners_of_event(p_event uuid)
returns setof uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_made constant timestamptz := private.ulid_time(p_event);
  v_days integer;
  v_found uuid[];
begin
  v_found := array(select q.user_id from ops.quarantine q where q.event_id = p_event);
  -- The ledger has no index by event id alone, which every event would pay for. Its index by arrival makes this a look at the events that
  -- arrived around the time in the id: half an hour, then a day, then a week. Events of wrong clocks are in a default partition, which has an index.
  foreach v_days in array array[0, 1, 8] loop
    v_found := v_found || array(
      select e.user_id from learner.event e
      where e.event_id = p_event and e.received_at between v_made - interval '30 minutes' - v_days * interval '1 day' and v_made + interval '30 minutes' + v_days * interval '1 day'
      union all
      select t.user_id from ops.telemetry t
      where t.event_id = p_event and t.received_at between v_made - interval '30 minutes' - v_days * interval '1 day' and v_made + interval '30 minutes' + v_days * interval '1 day');
    exit when v_found <> '{}';
  end loop;
  if v_found = '{}' then
    if to_regclass('learner.event_default') is not null then
      v_found := array(select e.user_id from learner.event_default e where e.event_id = p_event);
    end if;
    if to_regclass('ops.telemetry_default') is not null then
      v_found := v_found || array(select t.user_id from ops.telemetry_default t where t.event_id = p_event);
    end if;
  end if;
  return query select distinct u from unnest(v_found) u;
end
$$;
comment on function private.learners_of_event(uuid) is
  'The learners with an event of this id in ledger, telemetry or quarantine, if it arrived within eight days of the time in its id, or if that time '
  'is far off. Beyond that the learner must be known.';

create function private.found_learner(p_learner uuid)
returns table (state text, is_anonymous boolean, last_seen_at timestamptz, devices integer, waiting integer, adopted_by uuid)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    case
      when e.user_id is not null then case when e.erased_at is null then 'erasing' else 'erased' end
      when a.user_id is not null then 'adopted'
      when d.user_id is not null then 'account_deleted'
      when s.user_id is not null then 'present'
      when k.app_role is not null then 'never_synced'
    end,
    k.is_anonymous,
    (select max(v.last_seen_at) from learner.device v where v.user_id = p_learner),
    (select count(*)::integer from learner.device v where v.user_id = p_learner),
    coalesce((select l.open_rows + l.held_rows from ops.quarantine_load l where l.user_id = p_learner), 0),
    a.adopted_by
  from private.account_of(p_learner, null) k
  left join ops.erasure e on e.user_id = p_learner
  left join learner.adoption a on a.user_id = p_learner
  left join ops.account_deletion d on d.user_id = p_learner
  left join learner.state s on s.user_id = p_learner
$$;
comment on function private.found_learner(uuid) is
  'How a learner stands: erased, erasing, adopted, account_deleted (grace period), present or never_synced; null: no such learner. waiting: quarantined events.';

create function private.support_find(p_text text, p_reason text)
returns table (
  matched text, learner_id uuid, state text, is_anonymous boolean, last_seen_at timestamptz, devices integer, waiting integer, adopted_by uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := btrim(p_text);
  v_uuid constant uuid := case when pg_input_is_valid(v_text, 'uuid') then v_text::uuid end;
  v_ulid constant uuid := case when private.is_ulid(upper(v_text)) then private.ulid_to_uuid(upper(v_text)) end;
  v_found record;
begin
  perform private.require_look(p_reason, false);
  if v_uuid is null and v_ulid is null and coalesce(v_text, '') !~ '^[^@\s]+@[^@\s]+$' then
    perform private.raise_error('support_invalid', '`query` must be the id of a learner or device (UUID), the id of an event or batch (ULID), or an e-mail address.', 'query');
  end if;
  select array_agg(m.kind order by m.learner, m.kind) as kinds, array_agg(m.learner order by m.learner, m.kind) as learners into v_found
  from (
    (select 'learner' as kind, v_uuid as learner where exists (select from private.found_learner(v_uuid) f where f.state is not null))
    union all
    (select 'device', d.user_id from learner.device d where d.device_id = v_uuid limit 20)
    union all
    (select distinct 'batch', b.user_id from learner.batch b where b.batch_id = v_ulid limit 20)
    union all
    (select 'event', l from private.learners_of_event(v_ulid) l where v_ulid is not null limit 20)
    union all
    (select 'email', a.id from private.find_accounts('{}', array[lower(v_text)]) a where v_uuid is null and v_ulid is null)
  ) m;
  -- Not the text itself: an e-mail address would outlast the learner's erasure.
  perform private.audit_look('support_find', 'learner.state', v_found.learners, jsonb_build_object('reason', p_reason, 'asked_by',
    case when v_ulid is not null then 'event or batch' when v_uuid is not null then 'learner or device' else 'email' end));
  return query
  select m.kind, m.learner, f.state, f.is_anonymous, f.last_seen_at, f.devices, f.waiting, f.adopted_by
  from unnest(v_found.kinds, v_found.learners) with ordinality m (kind, learner, place) cross join lateral private.found_learner(m.learner) f
  order by m.place;
end
$$;
comment on function private.support_find(text, text) is 'The core of support_find().';

create function public.support_find(query text, reason text default null)
returns table (
  matched text, learner_id uuid, state text, is_anonymous boolean, last_seen_at timestamptz, devices integer, waiting integer, adopted_by uuid)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.support_find(query, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.support_find(text, text) is
  'The learners whose id, e-mail address, device, event or batch the text is, at most 20 of each kind; matched says which. state: present, never_synced, '
  'adopted, account_deleted, erasing or erased. waiting: events in quarantine. Support and admins, with a reason; audited. Errors: forbidden, support_invalid.';

grant execute on function private.support_find(text, text), public.support_find(text, text) to authenticated, service_role;
