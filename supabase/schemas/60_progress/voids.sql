-- What:  voids_of() and restore_voids(), which carry support's voids over a new projection.
-- Why:   a void is a decision, not a projection of the ledger: a rebuild or an adoption must not lose it (O1, I6).

create function private.voids_of(p_user uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('kind', v.kind, 'id', v.id, 'at', v.voided_at)), '[]')
  from (
    select 'session' as kind, session_id as id, voided_at from learner.session where user_id = p_user and voided_at is not null
    union all
    select 'attempt', event_id, voided_at from learner.attempt where user_id = p_user and voided_at is not null
    union all
    select 'skill_progress', skill_id, voided_at from learner.skill_progress where user_id = p_user and voided_at is not null
  ) v
$$;
comment on function private.voids_of(uuid) is 'The voided rows of a learner: [{kind, id, at}].';

create function private.restore_voids(p_user uuid, p_voids jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The triggers number these changes.
  update learner.session x set voided_at = (v ->> 'at')::timestamptz
  from jsonb_array_elements(p_voids) v
  where x.user_id = p_user and v ->> 'kind' = 'session' and x.session_id = (v ->> 'id')::uuid;
  update learner.attempt x set voided_at = (v ->> 'at')::timestamptz
  from jsonb_array_elements(p_voids) v
  where x.user_id = p_user and v ->> 'kind' = 'attempt' and x.event_id = (v ->> 'id')::uuid;
  update learner.skill_progress x set voided_at = (v ->> 'at')::timestamptz
  from jsonb_array_elements(p_voids) v
  where x.user_id = p_user and v ->> 'kind' = 'skill_progress' and x.skill_id = (v ->> 'id')::uuid;
end
$$;
comment on function private.restore_voids(uuid, jsonb) is 'Voids the rows of voids_of() that exist.';
