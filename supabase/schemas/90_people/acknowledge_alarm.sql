-- What:  acknowledge_alarm(): an operator says that a person is at work on an open alarm. end_acknowledgements() forgets it after the alarm has ended.
-- Why:   whoever silences an alert leaves a name and a reason (O4, O1).

create function private.end_acknowledgements()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from ops.alarm_acknowledgement k
  where not exists (
    select from private.open_alarms() a where a.name = k.alarm and a.subject = k.subject and private.is_acknowledged(a.newest, k.at));
end
$$;
comment on function private.end_acknowledgements() is 'Deletes the acknowledgements of alarms that have ended. Part of the job health_gauges.';

create function private.acknowledge_alarm(p_alarm text, p_subject text, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  if not exists (select from private.open_alarms() a where a.name = p_alarm and a.subject = p_subject) then
    perform private.raise_error('support_invalid', '`alarm` and `subject` must be those of an open alarm: see alarms().', 'alarm');
  end if;
  insert into ops.alarm_acknowledgement as k (alarm, subject, actor, actor_role, reason)
  select p_alarm, p_subject, c.actor, c.actor_role, btrim(p_reason) from private.audit_caller() c
  on conflict (alarm, subject) do update set at = excluded.at, actor = excluded.actor, actor_role = excluded.actor_role, reason = excluded.reason;
  perform private.audit('acknowledge_alarm', 'ops.alarm_acknowledgement', concat_ws(' ', p_alarm, nullif(p_subject, '')), null,
    jsonb_build_object('reason', btrim(p_reason)));
end
$$;
comment on function private.acknowledge_alarm(text, text, text) is 'The core of acknowledge_alarm().';

create function public.acknowledge_alarm(alarm text, reason text, subject text default '')
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.acknowledge_alarm(alarm, subject, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.acknowledge_alarm(text, text, text) is
  'Acknowledges an open alarm, for a reason. alarm and subject are the name and subject of a row of alarms(). Its alert ends within five minutes. alarms() shows the alarm '
  'as acknowledged until its cause is gone. When it recurs, or a learner, release or other case is added, it is not acknowledged. Once more: the new reason counts. Admins; audited. Errors: forbidden, support_invalid.';

grant execute on function private.acknowledge_alarm(text, text, text), public.acknowledge_alarm(text, text, text) to authenticated, service_role;
