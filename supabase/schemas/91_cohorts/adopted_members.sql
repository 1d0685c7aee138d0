-- What:  an adoption moves memberships to the account.
-- Why:   a learner who tried the app in class and signs in later stays in the class (U10, O3).

create function private.move_memberships()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into ops.cohort_member (cohort_id, user_id, added_at)
  select m.cohort_id, new.adopted_by, m.added_at from ops.cohort_member m where m.user_id = new.user_id
  on conflict do nothing;
  perform private.audit('move_cohort_member', 'ops.cohort_member', new.adopted_by::text, null,
    jsonb_build_object('cohort_id', m.cohort_id, 'anonymous', new.user_id))
  from ops.cohort_member m where m.user_id = new.user_id;
  delete from ops.cohort_member m where m.user_id = new.user_id;
  delete from ops.cohort_staff s where s.user_id = new.user_id;
  return null;
end
$$;
comment on function private.move_memberships() is 'Row trigger: moves an adopted learner''s memberships to the account. The adoption holds both learners'' locks.';

create trigger adoption_move_memberships after insert on learner.adoption for each row execute function private.move_memberships();
