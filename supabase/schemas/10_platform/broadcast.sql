-- What:  private.broadcast(), which sends one Broadcast message of Supabase Realtime.
-- Why:   carrel_definer has no rights in the schema realtime. Functions that send hints use this helper, which postgres owns.
create function private.broadcast(p_topic text, p_event text, p_payload jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_temporary_objects();
  perform realtime.send(p_payload, p_event, p_topic, true);
end
$$;
comment on function private.broadcast(text, text, jsonb) is
  'Sends a message on a private channel when the transaction commits. Best effort: Realtime turns failures into warnings.';
