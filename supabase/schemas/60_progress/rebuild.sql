-- What:  rebuild_learner(), which projects a learner's ledger again, and projection_rows(), the rows that it must reproduce.
-- Why:   a fixed bug in a projection must reach old rows. A rebuild also proves that projections are a function of the ledger (I6).

create function private.projection_rows(p_user uuid)
returns table (kind text, row_id uuid, "row" jsonb)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'session', x.session_id, to_jsonb(x) - '{user_id,change_seq,voided_at,edited_at}'::text[] from learner.session x where x.user_id = p_user
  union all
  select 'attempt', x.event_id, to_jsonb(x) - '{user_id,change_seq,voided_at,edited_at}'::text[] from learner.attempt x where x.user_id = p_user
  union all
  select 'skill_progress', x.skill_id, to_jsonb(x) - '{user_id,change_seq,voided_at,edited_at}'::text[] from learner.skill_progress x where x.user_id = p_user
  union all
  select 'practice', '00000000-0000-0000-0000-000000000000'::uuid, to_jsonb(x) - '{user_id,change_seq,edited_at}'::text[] from learner.practice x where x.user_id = p_user
$$;
comment on function private.projection_rows(uuid) is
  'The part of a learner''s rows that the ledger determines: without change numbers, voids and edit times.';

create function private.project_ledger(p_user uuid, p_as uuid, p_seq bigint, out last_seq bigint, out events bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_from uuid := '00000000-0000-0000-0000-000000000000';
  v_events learner.event[];
begin
  last_seq := p_seq;
  events := 0;
  -- In chunks, because a ledger of some years has 100,000 events. The one event beyond a chunk starts the next chunk.
  while v_from is not null loop
    select array_agg(row (e.*)::learner.event order by e.event_id) into v_events
    from (select * from learner.event where user_id = p_user and event_id >= v_from order by event_id limit 2001) e;
    exit when v_events is null;
    last_seq := private.project_events(p_as, v_events[:2000], last_seq);
    events := events + least(cardinality(v_events), 2000);
    v_from := (v_events[2001]).event_id;
  end loop;
end
$$;
comment on function private.project_ledger(uuid, uuid, bigint) is
  'Projects a learner''s ledger into rows of p_as and numbers changes from p_seq. Returns the last number and the number of events.';

create function private.rebuild_rows(p_user uuid)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_seq bigint;
  v_voided jsonb;
  v_count bigint;
begin
  select s.change_seq into v_seq from learner.state s where s.user_id = p_user for update;
  if not found then
    return 0;
  end if;
  perform private.refuse_moved(p_user);

  -- Voids are support's decisions, not projections, so they survive the rebuild.
  v_voided := private.voids_of(p_user);
  delete from learner.session where user_id = p_user;
  delete from learner.attempt where user_id = p_user;
  delete from learner.skill_progress where user_id = p_user;
  delete from learner.practice where user_id = p_user;

  select l.last_seq, l.events into v_seq, v_count from private.project_ledger(p_user, p_user, v_seq) l;

  -- The triggers number the voids after the last number of the projections.
  update learner.state s set change_seq = v_seq where s.user_id = p_user;
  perform private.restore_voids(p_user, v_voided);

  update ops.projection_difference d set resolved_at = clock_timestamp() where d.user_id = p_user and d.resolved_at is null;
  perform private.audit('rebuild_learner', 'learner.state', p_user::text, null, jsonb_build_object('events', v_count));
  return v_count;
end
$$;
comment on function private.rebuild_rows(uuid) is 'The core of ops.rebuild_learner().';

create function ops.rebuild_learner(p_user uuid)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return private.rebuild_rows(p_user);
end
$$;
comment on function ops.rebuild_learner(uuid) is
  'Projects all of a learner''s events again and returns their number. Devices pull every row again. Support and admins.';
