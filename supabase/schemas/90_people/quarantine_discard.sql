-- What:  support discards useless quarantined events, and can restore them.
-- Why:   events that nobody can mend must not hide the others. They are kept, with who discarded them, when and why (U3).

create function private.settle_quarantined(p_learner uuid, p_ids text[], p_reason text, p_discard boolean)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action constant text := case when p_discard then 'discarded' else 'restored' end;
  v_asked bytea[];
  v_rows bytea[];
begin
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  perform private.lock_learner(p_learner);
  v_asked := private.quarantine_ids(p_learner, p_ids);
  -- Rows that have become events meanwhile are not changed.
  with settled as (
    update ops.quarantine q set
      status = case when p_discard then 'discarded' else private.waiting_status(q.code) end,
      resolved_at = case when p_discard then clock_timestamp() end,
      -- A restored held event is retried with the server's present knowledge.
      knowledge = case when p_discard then q.knowledge else 0 end
    where q.user_id = p_learner and q.sha256 = any (v_asked)
      and case when p_discard then q.status in ('open', 'held') else q.status = 'discarded' end
    returning q.sha256
  )
  select array_agg(s.sha256) into v_rows from settled s;
  perform private.record_actions(p_learner, v_rows, v_action, p_reason);
  perform private.audit(case when p_discard then 'discard_quarantined' else 'restore_quarantined' end, 'learner.state', p_learner::text, null,
    jsonb_build_object('ids', p_ids, 'reason', p_reason, 'rows', coalesce(cardinality(v_rows), 0)));
  return query select * from private.quarantine_states(p_learner, v_asked);
end
$$;
comment on function private.settle_quarantined(uuid, text[], text, boolean) is 'The core of discard_quarantined() and restore_quarantined().';

create function public.discard_quarantined(learner uuid, ids text[], reason text)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.settle_quarantined(learner, ids, reason, true);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.discard_quarantined(uuid, text[], text) is
  'Discards open and held events for a reason. They are kept, but free room in the quarantine. Returns their states. '
  'Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

create function public.restore_quarantined(learner uuid, ids text[], reason text)
returns table (id text, status text, code text, field text, became_event text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.settle_quarantined(learner, ids, reason, false);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.restore_quarantined(uuid, text[], text) is
  'Restores discarded events to open or held. Support and admins; audited. Errors: forbidden, record_unknown, support_invalid.';

grant execute on function private.settle_quarantined(uuid, text[], text, boolean), public.discard_quarantined(uuid, text[], text),
  public.restore_quarantined(uuid, text[], text) to authenticated, service_role;
