-- What:  event_fate(): the one answer to "What happened to this event?", for a learner.
-- Why:   an event may be in the ledger, in the telemetry, in quarantine, on its device, erased, or nowhere. Support must not search (O2, U3).

create type private.event_fate as (
  learner_id uuid, event_id text, state text, summary text, type text, code text, made_at timestamptz, received_at timestamptz, device_id uuid,
  batch_id text, changed jsonb, body jsonb);
comment on type private.event_fate is
  'What became of an event. state: applied, voided, quarantined, dead_letter, discarded, superseded, given_up, erased or never_arrived.';

create function private.stored_fate(p_fate private.event_fate, p_event uuid, p_answers boolean)
returns private.event_fate
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fate private.event_fate := p_fate;
  v_event learner.event;
  v_report ops.telemetry;
  v_effect record;
  v_batch uuid;
begin
  select * into v_event from learner.event e where e.user_id = p_fate.learner_id and e.event_id = p_event;
  if found then
    v_effect := private.event_effect(v_event);
    v_fate.state := case when v_effect.is_voided then 'voided' else 'applied' end;
    v_fate.type := v_event.type;
    v_fate.device_id := v_event.device_id;
    v_fate.received_at := v_event.received_at;
    v_fate.changed := v_effect.changed;
    v_fate.body := private.event_content(v_event.type, v_event.type_version, v_event.body, p_answers);
  else
    select * into v_report from ops.telemetry t where t.user_id = p_fate.learner_id and t.event_id = p_event;
    if not found then
      return null;
    end if;
    v_fate.state := 'applied';
    v_fate.type := v_report.type;
    v_fate.device_id := v_report.device_id;
    v_fate.received_at := v_report.received_at;
    v_fate.changed := '[]';
    v_fate.body := private.event_content(v_report.type, v_report.type_version, v_report.body, p_answers);
  end if;
  -- An event that waited in quarantine has the time of its first arrival, and so of the batch that brought it.
  select b.batch_id into v_batch from learner.batch b
  where b.user_id = p_fate.learner_id and b.received_at = v_fate.received_at and b.device_id = v_fate.device_id;
  v_fate.batch_id := private.uuid_to_ulid(v_batch);
  v_fate.summary := concat_ws(' ',
    format('Applied: %s, made %s, received %s%s from device %s.', v_fate.type, private.minute_text(v_fate.made_at), private.minute_text(v_fate.received_at),
      ' in batch ' || v_fate.batch_id, v_fate.device_id),
    coalesce(v_effect.sentence, 'It is telemetry: it changes no row of the learner.'),
    (select format('It waited in quarantine as %s until %s.', q.code, private.minute_text(q.resolved_at)) from ops.quarantine q
     where q.user_id = p_fate.learner_id and q.status = 'superseded' and q.resolved_event = p_event order by q.resolved_at limit 1),
    (select format('Another event with the same id is in quarantine as %s.', q.code) from ops.quarantine q
     where q.user_id = p_fate.learner_id and q.event_id = p_event and q.status in ('open', 'held') order by q.last_seen_at desc limit 1),
    'A repeat is answered `duplicate` and changes nothing.');
  return v_fate;
end
$$;
comment on function private.stored_fate(private.event_fate, uuid, boolean) is 'The fate of an event in the ledger or the telemetry; null: it is in neither.';

create function private.kept_fate(p_fate private.event_fate, p_event uuid, p_answers boolean)
returns private.event_fate
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fate private.event_fate := p_fate;
  v_row ops.quarantine;
  v_replays bigint;
begin
  -- Of several texts under the id, the one that waits, and then the newest.
  select * into v_row from ops.quarantine q where q.user_id = p_fate.learner_id and q.event_id = p_event
  order by q.status in ('open', 'held') desc, q.last_seen_at desc limit 1;
  if not found then
    return null;
  end if;
  select count(*) into v_replays from ops.quarantine_action a
  where a.user_id = v_row.user_id and a.sha256 = v_row.sha256 and a.action in ('replayed', 'mended');
  v_fate.state := case
    when v_row.status in ('superseded', 'discarded') then v_row.status
    when v_row.origin = 'dead_letter' then 'dead_letter'
    else 'quarantined'
  end;
  v_fate.code := v_row.code;
  v_fate.device_id := v_row.device_id;
  v_fate.batch_id := private.uuid_to_ulid(v_row.batch_id);
  v_fate.received_at := v_row.first_seen_at;
  v_fate.changed := '[]';
  v_fate.type := case when private.is_jsonb(v_row.body) then private.text_content(v_row.body, false)::jsonb ->> 'type' end;
  v_fate.body := to_jsonb(private.text_content(coalesce(v_row.mended_body, v_row.body), p_answers));
  v_fate.summary := concat_ws(' ',
    case v_fate.state
      when 'superseded' then format('Not applied as it arrived (%s), but as event %s at %s.', v_row.code, private.uuid_to_ulid(v_row.resolved_event),
        private.minute_text(v_row.resolved_at))
      when 'discarded' then format('Set aside by support at %s: %s.', private.minute_text(v_row.resolved_at), (
        select a.reason from ops.quarantine_action a where a.user_id = v_row.user_id and a.sha256 = v_row.sha256 and a.action = 'discarded'
        order by a.number desc limit 1))
      when 'dead_letter' then format('Given up by its device%s and handed in as a dead letter. It is in quarantine as %s.', ' (' || v_row.reason || ')', v_row.code)
      else format('In quarantine as %s%s.', v_row.code, ' in ' || v_row.field)
    end,
    case v_row.status when 'open' then 'It needs a person.' when 'held' then format('It waits for %s and is tried again by itself.', v_row.waits_for) end,
    format('It first arrived %s, and was seen %s.', private.minute_text(v_row.first_seen_at), case v_row.times_seen when 1 then 'once' else v_row.times_seen || ' times' end),
    case when v_replays > 0 then format('Support has replayed or mended it %s.', case v_replays when 1 then 'once' else v_replays || ' times' end) end);
  return v_fate;
end
$$;
comment on function private.kept_fate(private.event_fate, uuid, boolean) is 'The fate of an event in quarantine; null: it is not there.';

create function private.absent_fate(p_fate private.event_fate)
returns private.event_fate
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fate private.event_fate := p_fate;
  v_letter record;
  v_seen timestamptz;
begin
  select t.body ->> 'code' as code, t.device_id, t.received_at into v_letter from ops.telemetry t
  where t.user_id = p_fate.learner_id and t.type = 'outbox.dead_lettered' and t.body ->> 'event_id' = p_fate.event_id limit 1;
  if found then
    v_fate.state := 'given_up';
    v_fate.code := v_letter.code;
    v_fate.device_id := v_letter.device_id;
    v_fate.summary := format('Its device gave it up (%s) and reported that at %s. The event itself has not been handed in.', v_letter.code,
      private.minute_text(v_letter.received_at));
    return v_fate;
  end if;
  v_fate.state := 'never_arrived';
  select max(d.last_seen_at) into v_seen from learner.device d where d.user_id = p_fate.learner_id;
  v_fate.summary := concat_ws(' ',
    format('It has not arrived. By its id it was made %s.', private.minute_text(p_fate.made_at)),
    case when v_seen is null then 'No device of this learner is on record.'
      else format('A device of this learner last synced %s. Ask for a report of the device, which says how many events wait.', private.minute_text(v_seen)) end);
  return v_fate;
end
$$;
comment on function private.absent_fate(private.event_fate) is 'The fate of an event that the server does not have.';
