-- What:  the outbox: a message per release and a delivery per endpoint, written by the transaction that publishes.
-- Why:   a webhook for a release that was rolled back at commit, or a release without its webhook, can't exist (S2).
-- Locks: at run time none beyond the new rows; publishers already queue.
-- Undo:  drop trigger release_webhook on content.release; drop function private.enqueue_webhook.

create function private.enqueue_webhook()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_id constant text := 'msg_' || replace(gen_random_uuid()::text, '-', '');
  v_now constant timestamptz := clock_timestamp();
  -- A roll-back is a release that says which one it restores.
  v_rollback_to constant integer := to_jsonb(new) ->> 'rollback_to';
  v_type constant text := case when v_rollback_to is null then 'release.published' else 'release.rolled_back' end;
begin
  insert into ops.webhook_message (id, type, version, body, created_at)
  values (v_id, v_type, new.version, json_build_object(
    'type', v_type,
    'timestamp', to_char(new.published_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    -- Small and final: what a receiver wants beyond this it asks for, at this version.
    'data', json_build_object(
      'history', private.history(), 'version', new.version, 'note', new.note, 'rollback_to', v_rollback_to,
      'domains', new.domains, 'skills', new.skills, 'questions', new.questions,
      'upserts', new.upserts, 'deletes', new.deletes))::text, v_now);
  insert into ops.webhook_delivery (message_id, endpoint_id, next_attempt_at)
  select v_id, e.id, v_now from ops.webhook_endpoint e where e.enabled and v_type = any (e.events);
  if found then
    perform private.wake_function('webhooks');
  end if;
  return null;
end
$$;
comment on function private.enqueue_webhook() is 'Row trigger: puts a release into the outbox and wakes the dispatcher once it is committed.';

create trigger release_webhook after insert on content.release
  for each row execute function private.enqueue_webhook();
