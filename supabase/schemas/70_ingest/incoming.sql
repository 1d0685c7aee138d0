-- What:  private.incoming: an event on its way into the ledger, and its result.
-- Why:   reading, applying, quarantining and answering pass the same events on.
create type private.incoming as (
  place integer, id_text text, code text, field text,
  event_id uuid, type text, type_version smallint, device_id uuid, occurred_at timestamptz, utc_offset_minutes smallint, clock_offset_ms bigint,
  answered_at timestamptz, body jsonb, session_id uuid, skill_id uuid, question_id uuid, reset_count integer, reset_event uuid,
  content_state text, graded_correct boolean, received_at timestamptz, clock_skew_ms bigint);
comment on type private.incoming is
  'One event of a batch: its place, from 1, and either its error (code, field) or its checked fields. Without a code it belongs in '
  'the ledger. Two codes are not errors. telemetry: it belongs in ops.telemetry. duplicate: it is already stored. '
  'received_at and clock_skew_ms are those of the first arrival if the event is replayed, otherwise null.';

create function private.with_code(p_event private.incoming, p_code text)
returns private.incoming
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  p_event.code := p_code;
  return p_event;
end
$$;
comment on function private.with_code(private.incoming, text) is 'The event with another code.';

create function private.with_arrival(p_event private.incoming, p_received_at timestamptz, p_skew bigint)
returns private.incoming
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  p_event.received_at := p_received_at;
  p_event.clock_skew_ms := p_skew;
  return p_event;
end
$$;
comment on function private.with_arrival(private.incoming, timestamptz, bigint) is 'The event as it arrived first, and the clock skew of its batch.';
