-- What:  private.incoming: an event on its way into the ledger, and what became of it.
-- Why:   reading, applying, keeping and answering pass the same events on, each in its place.
create type private.incoming as (
  place integer, id_text text, code text, field text,
  event_id uuid, type text, type_version smallint, device_id uuid, occurred_at timestamptz, utc_offset_minutes smallint,
  body jsonb, session_id uuid, skill_id uuid, question_id uuid, reset_count integer, reset_event uuid,
  content_state text, graded_correct boolean);
comment on type private.incoming is
  'One event of a batch: its place among them, from 1, then either what is wrong (code, field) or its checked fields. Without a code it is for '
  'the ledger. Two codes are no errors: telemetry, it is for ops.telemetry; duplicate, the server has it already.';

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
comment on function private.with_code(private.incoming, text) is 'The same event, with that code.';
