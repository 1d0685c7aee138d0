-- What:  ingest: one batch, one transaction, one result per event in the order of the request.
-- Why:   the ledger's key makes events count once. Events that cannot be applied are quarantined, so none is lost (U1-U3).

create function private.ingest_for(p_user uuid, p_session uuid, p_lines text, p_by_server boolean default false)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Applies to all functions called. Planning took 8 of 14 ms per batch. A cached plan made on an empty table must not read a whole table later.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
-- Without sequential scans, some plans look expensive enough for JIT compilation.
set jit = off
as $$
declare
  v_lines text[];
  v_count integer;
  v_refusal json;
  v_seq bigint;
  v_newest uuid;
  v_header private.header;
  v_barred boolean;
  v_held boolean;
  v_now timestamptz;
  v_head integer;
  v_knowledge bigint;
  v_skew bigint;
  v_events private.incoming[];
  v_outcome private.outcome;
  v_room bigint;
  v_is_recorded boolean;
  v_last_seq bigint;
begin
  -- The Edge Functions refuse larger batches. Invalid UTF-8 grows by a third when it is replaced, hence the factor.
  if octet_length(p_lines) > 2 * private.max_batch_bytes() then
    perform private.raise_error('payload_too_large', format('A batch may have at most %s bytes.', private.max_batch_bytes()), private.max_batch_bytes()::text);
  end if;

  -- 1 The header.
  v_lines := string_to_array(p_lines, E'\n');
  v_header := private.read_header(v_lines[1]);
  v_count := private.count_lines(v_lines);
  if v_count > private.max_batch_events() then
    perform private.raise_error('batch_too_large', format('A batch may have at most %s events.', private.max_batch_events()), private.max_batch_events()::text);
  end if;

  -- 2 The learner's lock and the rate limit, in a separate statement: later statements must see what the last holder committed.
  v_refusal := private.take_tokens(p_user, v_count, octet_length(p_lines));

  -- 3 State at arrival, and in the same query the rare reasons to refuse the batch.
  v_now := clock_timestamp();
  select s.change_seq, s.newest_event, coalesce((select max(r.version) from content.release r), 0), k.number,
    exists (select from ops.steering t where t.paused)
      or exists (select from ops.history h where h.upgrade_until is not null)
      or exists (select from ops.erasure e where e.user_id = p_user)
      or exists (select from learner.adoption a where a.user_id = p_user)
      or exists (select from ops.cell),
    exists (select from ops.quarantine_load l where l.user_id = p_user and l.held_rows > 0 and l.looked_up < k.number),
    p.stored_bytes_per_day - s.stored_bytes, s.batches <= p.batch_records_per_day
  into v_seq, v_newest, v_head, v_knowledge, v_barred, v_held, v_room, v_is_recorded
  from learner.state s, private.knowledge k, ops.pressure_setting p
  where s.user_id = p_user;
  if v_barred then
    perform private.require_running(v_header.platform, v_header.app_version);
    perform private.refuse_absent(p_user);
  end if;
  -- Under the lock, so that a sign-out or a revocation that has returned counts. A batch of 50 events takes as long without it.
  perform private.require_session(p_user, p_session, v_header.device_id);
  if v_refusal is not null then
    return v_refusal;
  end if;
  -- The clock skew is unknown if the server wrote the header for a device (merge_progress).
  v_skew := case when not p_by_server then (extract(epoch from v_now - v_header.sent_at) * 1000)::bigint end;

  -- 4 Retry held events if the server has new knowledge.
  if v_held then
    perform private.replay_held_for(p_user, v_now, v_head, v_knowledge, private.max_batch_events());
  end if;

  -- 5 Check, apply, quarantine. Most learners never come near the limit of a day, so their events are not measured before they are
  --   stored: a batch of 1 MiB stores less than 64 times the size of a batch.
  v_events := private.read_events(p_user, v_lines, v_head, v_newest);
  if v_room < 64 * private.max_batch_bytes() then
    v_events := private.within_day(p_user, v_events, v_lines, v_room);
  end if;
  v_events := private.apply_or_bisect(p_user, v_now, v_head, v_skew, v_events);
  v_outcome := private.outcome_of(v_events);
  -- Without room, what is to be quarantined is there already.
  if v_outcome.quarantined > 0 and v_room > 0 then
    v_events := private.keep_events(p_user, v_now, v_skew, v_head, v_knowledge, v_header, v_lines, v_events);
    v_outcome := private.outcome_of(v_events);
    update learner.state s set stored_bytes = s.stored_bytes + private.kept_bytes(v_events, v_lines) where s.user_id = p_user;
  end if;

  -- 6 Record the contact.
  perform private.record_contact(p_user, p_session, v_header, v_now, v_skew, v_outcome.oldest, p_by_server);

  if v_is_recorded and v_room > 0 then
    insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
    values (p_user, v_now, private.ulid_to_uuid(v_header.batch_id), v_header.device_id,
      v_outcome.events, v_outcome.applied, v_outcome.duplicate, v_outcome.quarantined, v_outcome.retry);
  end if;

  select s.change_seq into v_last_seq from learner.state s where s.user_id = p_user;
  return json_build_object(
    'batch_id', v_header.batch_id,
    'changed', v_last_seq > v_seq,
    'received_at', to_char(v_now at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'token', private.history() || '.' || v_last_seq,
    'results', v_outcome.results);
end
$$;
comment on function private.ingest_for(uuid, uuid, text, boolean) is
  'Accepts one NDJSON batch of a learner: a header line, then one event per line (at most 500). Returns {batch_id, changed, received_at, token, results}, '
  'or {refused} if a rate limit is exceeded. Errors: payload_too_large, malformed_batch, batch_too_large, paused, erased, moved, learner_adopted, unauthenticated, '
  'session_ended, device_revoked; lock_timeout if the learner is busy. p_by_server: the server wrote the header for a device and knows neither its clock nor its contract version.';
grant execute on function private.ingest_for(uuid, uuid, text, boolean) to carrel_edge;
