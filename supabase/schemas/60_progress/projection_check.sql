-- What:  check_projections(): every night, the projections of some learners are rebuilt beside the live rows and compared.
-- Why:   projections are a function of the ledger (I6). A bug or an edit by hand that changes them must be noticed.

create function private.check_projection(p_user uuid)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The same code projects the ledger for a scratch user. Its rows are deleted before the commit, so nobody sees them.
  v_scratch constant uuid := gen_random_uuid();
  v_seq constant bigint := (select s.change_seq from learner.state s where s.user_id = p_user);
  v_is_same_moment boolean;
  v_found integer;
begin
  perform private.project_ledger(p_user, v_scratch, 0);

  -- One statement reads the live rows and the change number at the same moment. No lock is taken. If the number has changed,
  -- the learner was active meanwhile: the comparison is void and repeated on another night. An erasure and a move
  -- also make it void, because they write or delete ledger rows without a change number.
  with difference as materialized (
    select coalesce(l.kind, r.kind) as kind, coalesce(l.row_id, r.row_id) as row_id, l.row as live, r.row as rebuilt
    from private.projection_rows(p_user) l
    full join private.projection_rows(v_scratch) r on r.kind = l.kind and r.row_id = l.row_id
    where l.row is distinct from r.row
  ),
  moment as materialized (
    select exists (select from learner.state s where s.user_id = p_user and s.change_seq = v_seq)
      and not exists (select from ops.erasure e where e.user_id = p_user) and private.is_here(p_user) as is_same
  ),
  found as (
    insert into ops.projection_difference as d (user_id, kind, row_id, found_at, live, rebuilt)
    select p_user, x.kind, x.row_id, clock_timestamp(), x.live, x.rebuilt from difference x, moment m where m.is_same
    on conflict (user_id, kind, row_id) do update set
      found_at = case when d.resolved_at is null then d.found_at else excluded.found_at end,
      live = excluded.live, rebuilt = excluded.rebuilt, resolved_at = null
    returning 1
  ),
  mended as (
    update ops.projection_difference d set resolved_at = clock_timestamp()
    from moment m
    where m.is_same and d.user_id = p_user and d.resolved_at is null
      and not exists (select from difference x where x.kind = d.kind and x.row_id = d.row_id)
  )
  select m.is_same, (select count(*) from found) into v_is_same_moment, v_found from moment m;

  delete from learner.session where user_id = v_scratch;
  delete from learner.attempt where user_id = v_scratch;
  delete from learner.skill_progress where user_id = v_scratch;
  delete from learner.practice where user_id = v_scratch;
  return case when not v_is_same_moment then 'busy' when v_found > 0 then 'different' else 'same' end;
end
$$;
comment on function private.check_projection(uuid) is
  'Rebuilds a learner''s projection and compares it with the live rows: same, different (kept in ops.projection_difference) or busy.';

create function private.forget_erased_differences()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$ delete from ops.projection_difference d using ops.erasure e where e.user_id = d.user_id $$;
comment on function private.forget_erased_differences() is 'Deletes the differences of learners who are being erased.';

create function ops.check_projections(
  p_learners integer default 200, p_events integer default 100000, p_active interval default '1 day', p_salt text default null)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user uuid;
  v_events bigint;
  v_left bigint := p_events;
  v_result text;
  v_results jsonb := '{"same": 0, "different": 0, "busy": 0, "failed": 0, "skipped": 0}';
  v_error text;
begin
  perform private.require_role('admin');
  -- During an erasure rows differ from the ledger, and copies of erased rows must not be kept.
  perform private.forget_erased_differences();
  for v_user in
    select a.user_id from (select distinct b.user_id from learner.batch b where b.received_at > now() - p_active) a
    where not exists (select from ops.erasure e where e.user_id = a.user_id)
    -- Different learners every night. Passing the same salt repeats a selection.
    order by md5(coalesce(p_salt, now()::text) || a.user_id) limit p_learners
  loop
    select count(*) into v_events from (select from learner.event e where e.user_id = v_user limit v_left + 1) e;
    if v_events > v_left then
      v_result := 'skipped';
    else
      v_left := v_left - v_events;
      begin
        v_result := private.check_projection(v_user);
      exception when data_exception or integrity_constraint_violation then
        -- A ledger row that cannot be projected.
        v_result := 'failed';
        v_error := format('learner %s: %s (%s)', v_user, sqlerrm, sqlstate);
      end;
    end if;
    v_results := v_results || jsonb_build_object(v_result, (v_results ->> v_result)::integer + 1);
  end loop;
  if (v_results ->> 'different')::integer > 0 then
    v_error := format('%s learners have rows that differ from their ledger: see ops.projection_difference', v_results ->> 'different');
  end if;
  v_results := v_results || jsonb_build_object('events', p_events - v_left);
  perform private.record_job('projection_check', v_error, v_results);
  return v_results;
end
$$;
comment on function ops.check_projections(integer, integer, interval, text) is
  'Checks the projections of up to p_learners recently active learners and p_events events (5,000 a second on 2 busy cores). '
  'Returns how many were same, different, busy, failed or skipped (too many events). Runs by pg_cron; for admins.';

select private.schedule_job('projection_check', '41 2 * * *', '1 day', 'select ops.check_projections()');
