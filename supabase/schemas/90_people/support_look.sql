-- What:  require_look(), what a look of support requires; audit_look(), which audits a look of support at several learners, and learner_objects(), what is filed under a learner.
-- Why:   a learner's timeline must show who has looked at their data, also when support asked for nobody in particular (O2).

create function private.audit_look(p_action text, p_object text, p_learners uuid[], p_after jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.audit(p_action, p_object, null, null, p_after || jsonb_build_object('learners', (select count(distinct l) from unnest(p_learners) l)));
  -- One more entry for each learner shown, so that their timeline has it.
  perform private.audit(p_action, 'learner.state', l.id::text, null, p_after) from (select distinct u from unnest(p_learners) u) l (id);
end
$$;
comment on function private.audit_look(text, text, uuid[], jsonb) is 'Audits a look of support at several learners: once as a whole, and once for each learner shown.';

create function private.learner_objects()
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- A list, because the catalogue would cost a page of a timeline 400 blocks. A test compares the two.
  select array['learner.adoption', 'learner.attempt', 'learner.batch', 'learner.device', 'learner.device_session', 'learner.event', 'learner.practice',
    'learner.session', 'learner.skill_progress', 'learner.state', 'ops.account_deletion', 'ops.change_note', 'ops.cohort_member', 'ops.cohort_staff', 'ops.content_report', 'ops.erasure',
    'ops.learner_cell', 'ops.projection_difference', 'ops.quarantine', 'ops.quarantine_action', 'ops.quarantine_load', 'ops.replay_queue', 'ops.telemetry', 'ops.telemetry_horizon']
$$;
comment on function private.learner_objects() is 'The objects of audit records that have a learner''s id as their object_id: every table with a column user_id.';

create function private.require_look(p_reason text, p_answers boolean)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  perform private.require_reason(p_reason);
  if p_answers is null then
    perform private.raise_error('support_invalid', '`with_answers` must be true or false.', 'with_answers');
  elsif p_answers then
    perform private.require_answers_grant();
  end if;
end
$$;
comment on function private.require_look(text, boolean) is
  'For every look of staff at a learner''s data: checks the role and the reason, and the grant if the content of answers is asked for.';
