-- What:  erase_learner() and note_erasures(), which put learners behind the erasure barrier.
-- Why:   an explicit request erases at once (O5). The job and a restore note erasures in the same way.

create function private.note_erasures(p_erasures jsonb)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_noted ops.erasure[];
begin
  with gone as (
    -- The erasure takes the place of the grace period, and remembers that the account is deleted.
    delete from ops.account_deletion d
    where d.user_id in (select x.user_id from jsonb_to_recordset(p_erasures) as x (user_id uuid))
    returning d.user_id
  ),
  noted as (
    insert into ops.erasure as e (user_id, reason, requested_at, requested_by)
    -- A learner may be in the list twice: erased first, account deleted later.
    select distinct on (x.user_id) x.user_id, x.reason, coalesce(x.requested_at, now()), (select c.actor_role from private.audit_caller() c)
    from (
      select r.user_id, case when g.user_id is null then r.reason else 'account_deleted' end as reason, r.requested_at
      from jsonb_to_recordset(p_erasures) as r (user_id uuid, reason text, requested_at timestamptz)
      left join gone g on g.user_id = r.user_id
    ) x
    order by x.user_id, x.reason = 'account_deleted' desc, x.requested_at
    on conflict (user_id) do update set reason = excluded.reason
    where e.reason <> excluded.reason and excluded.reason = 'account_deleted'
    returning e
  )
  select coalesce(array_agg(n.e), '{}') into v_noted from noted n;
  -- The record contains only the learner's id and the reason.
  perform private.audit('erase_learner', 'learner.state', n.user_id::text, null, jsonb_build_object('reason', n.reason)) from unnest(v_noted) n;
  return cardinality(v_noted);
end
$$;
comment on function private.note_erasures(jsonb) is
  'Adds learners to ops.erasure: [{user_id, reason, requested_at}]. Returns how many rows were added or changed to account_deleted; each is audited.';

create function ops.erase_learner(p_user uuid, p_reason text default 'requested')
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.refuse_during_upgrade();
  perform private.refuse_adopted(p_user);
  if private.note_erasures(jsonb_build_array(jsonb_build_object('user_id', p_user, 'reason', p_reason))) = 0 then
    -- Asked for again.
    perform private.audit('erase_learner', 'learner.state', p_user::text, null, jsonb_build_object('reason', p_reason));
  end if;
  perform private.erase_learners(array[p_user], 20000);
  return (select e.erased_at from ops.erasure e where e.user_id = p_user);
end
$$;
comment on function ops.erase_learner(uuid, text) is
  'Erases all rows of a learner permanently, also during the grace period of a deleted account; their devices are refused as erased from then on. '
  'Returns the time of completion. Null: pg_cron continues. The account stays: delete it through Auth. For admins; audited. Errors: learner_adopted.';
