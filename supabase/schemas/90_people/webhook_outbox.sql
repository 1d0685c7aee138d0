-- What:  the outbox: publishing and erasing write a message and its deliveries, one per endpoint, in the same transaction.
-- Why:   so there is no webhook for a rolled-back release, and no release without its webhook (S2).

create function private.enqueue_message(p_type text, p_version integer, p_at timestamptz, p_data json)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant text := 'msg_' || replace(gen_random_uuid()::text, '-', '');
  v_now constant timestamptz := clock_timestamp();
begin
  insert into ops.webhook_message (id, type, version, body, created_at)
  values (v_id, p_type, p_version, json_build_object('type', p_type, 'timestamp', to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'data', p_data)::text, v_now);
  insert into ops.webhook_delivery (message_id, endpoint_id, next_attempt_at)
  select v_id, e.id, v_now from ops.webhook_endpoint e where e.enabled and p_type = any (e.events);
  if found then
    perform private.wake_function('webhooks');
  end if;
end
$$;
comment on function private.enqueue_message(text, integer, timestamptz, json) is
  'Adds a message to the outbox for each enabled endpoint with this event type, and wakes the dispatcher after the commit.';

create function private.enqueue_webhook()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A roll-back is a release with rollback_to.
  v_rollback_to constant integer := to_jsonb(new) ->> 'rollback_to';
begin
  perform private.enqueue_message(case when v_rollback_to is null then 'release.published' else 'release.rolled_back' end, new.version, new.published_at,
    -- Small and final. A receiver that needs more reads the content at this version.
    json_build_object(
      'history', private.history(), 'version', new.version, 'note', new.note, 'rollback_to', v_rollback_to,
      'domains', new.domains, 'skills', new.skills, 'questions', new.questions,
      'upserts', new.upserts, 'deletes', new.deletes));
  return null;
end
$$;
comment on function private.enqueue_webhook() is 'Row trigger: sends a message for each release.';

create function private.enqueue_erasure()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The form of ops.export_erasures(). Without an interested endpoint no message is written, so that no id is stored needlessly.
  if exists (select from ops.webhook_endpoint e where e.enabled and 'learner.erased' = any (e.events))
    and (tg_op = 'INSERT' or to_jsonb(old) ->> 'reason' <> new.reason) then
    perform private.enqueue_message('learner.erased', null, clock_timestamp(),
      json_build_object('history', private.history(), 'user_id', new.user_id, 'reason', new.reason, 'requested_at', new.requested_at));
  end if;
  return null;
end
$$;
comment on function private.enqueue_erasure() is 'Row trigger: sends a message for each erasure request, if an endpoint asks for them.';

create trigger release_webhook after insert on content.release
  for each row execute function private.enqueue_webhook();
create trigger erasure_webhook after insert or update of reason on ops.erasure
  for each row execute function private.enqueue_erasure();
