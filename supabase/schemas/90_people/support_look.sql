-- What:  audit_look(), which audits a look of support at several learners.
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
