-- What:  expect_upgrade(), which declares a planned upgrade of the project, and the job that ends the declaration.
-- Why:   an upgrade changes the cluster's identifier but loses nothing. Without the declaration every device would start over.

create function private.declare_upgrade(p_until timestamptz)
returns void
language sql
volatile
security definer -- the write of an operation is not an edit by hand
set search_path = pg_catalog, pg_temp
as $$
  update ops.history h set kept_id = private.history(), kept_for = private.database_fingerprint(), upgrade_until = p_until where h.singleton
$$;
comment on function private.declare_upgrade(timestamptz) is 'Keeps the history for an upgrade until this time.';

create function ops.expect_upgrade(p_within interval default '2 hours')
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_until timestamptz;
begin
  perform private.require_role('admin');
  perform private.require_interval('p_within', p_within, '10 minutes', '1 day');
  v_until := now() + p_within;
  perform private.declare_upgrade(v_until);
  -- Batches under way end first. Later ones wait here, and then see the declaration.
  lock table learner.state in share mode;
  -- Nothing of a learner is written and nothing published from now on (private.refuse_during_upgrade). So a backup that contains the declaration
  -- lacks nothing of theirs either. This row tells apps before they sync.
  update ops.steering s set paused = true, pause_reason = 'The service is being upgraded.'
  where s.platform is null and s.app_from is null and s.app_before is null and s.paused is not true;
  perform private.audit('expect_upgrade', 'ops.history', null, null, jsonb_build_object('until', v_until));
  return v_until;
end
$$;
comment on function ops.expect_upgrade(interval) is
  'Declares an upgrade of the project: the history stays if only the cluster''s identifier changes within this time. Nothing of learners is written until then. For one upgrade. Admins.';

create function private.end_declaration(p_kept_for text, p_result text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update ops.history h set upgrade_until = null, kept_for = p_kept_for where h.singleton;
  perform private.audit('settle_upgrade', 'ops.history', null, null, jsonb_build_object('result', p_result, 'history', private.history()));
end
$$;
comment on function private.end_declaration(text, text) is 'Ends the declaration of an upgrade. The history stays for this fingerprint of the database. Audited.';

create function ops.settle_upgrade(p_cancel boolean default false)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant text := private.database_fingerprint();
  v_history ops.history;
  v_result text;
begin
  perform private.require_role('admin');
  select h.* into v_history from ops.history h where h.upgrade_until is not null for update;
  if not found then
    return null;
  end if;
  v_result := case
    when v_history.upgrade_until > now() and private.is_upgrade(v_history.kept_for, v_now) then 'upgraded'
    when v_history.kept_for <> v_now then 'restored'
    when p_cancel then 'cancelled'
    when v_history.upgrade_until <= now() then 'not upgraded'
  end;
  if v_result is null then
    return 'expected';
  end if;
  perform private.end_declaration(case when v_result = 'upgraded' then v_now else v_history.kept_for end, v_result);
  update ops.steering s set paused = false, pause_reason = null
  where s.platform is null and s.app_from is null and s.app_before is null and s.pause_reason = 'The service is being upgraded.';
  return v_result;
end
$$;
comment on function ops.settle_upgrade(boolean) is
  'Ends the declaration of an upgrade once it has happened, was not one, or its time is over, and resumes sync. p_cancel ends it at once. Runs by pg_cron.';

select private.schedule_job('upgrade', '* * * * *', '1 minute', 'select ops.settle_upgrade() as result');
