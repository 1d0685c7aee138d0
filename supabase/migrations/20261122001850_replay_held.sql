-- What:  held events apply once the server knows more: at the learner's next contact after a release, or by ops.replay_held().
-- Why:   a device was told that its event is held and has let go of it; nobody else would ever send it again (U3).
-- Locks: none now; at run time the learner's row, which the caller holds or which is skipped while busy.
-- Undo:  drop function ops.replay_held, private.replay_held_for.

create function private.replay_held_for(p_user uuid, p_now timestamptz, p_head integer, p_force boolean)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_events private.incoming[];
  v_applied integer;
begin
  -- Only what was last tried before this release: an unknown type, held for months, is not parsed at every contact.
  with due as (
    update ops.quarantine q set head_version = p_head
    where q.user_id = p_user and q.status = 'held' and (q.head_version < p_head or p_force)
      and q.sha256 in (
        select d.sha256 from ops.quarantine d
        where d.user_id = p_user and d.status = 'held' and (d.head_version < p_head or p_force)
        order by d.event_id, d.sha256 limit 500)
    returning q.body, q.event_id
  )
  select array_agg(e) into v_events
  from (select E'\n' || string_agg(d.body, E'\n' order by d.event_id) as lines from due d) l
  cross join lateral private.parse_events(p_user, l.lines, p_head) e
  where e.code is null;
  if v_events is null then
    return 0;
  end if;
  -- How far the device's clock was off when it handed them in is not known any more.
  select count(*) filter (where r.status = 'applied') into v_applied
  from private.apply_or_bisect(p_user, p_now, p_head, null, v_events) r;
  return v_applied;
end
$$;
comment on function private.replay_held_for(uuid, timestamptz, integer, boolean) is
  'Applies the learner''s held events that can be applied now, at most 500; returns how many. Under the learner''s lock.';

create function ops.replay_held(p_learners integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_user uuid;
  v_head integer := coalesce((select max(r.version) from content.release r), 0);
  v_applied integer := 0;
begin
  perform private.require_role('support', 'admin');
  for v_user in
    select s.user_id from learner.state s
    where s.user_id in (select q.user_id from ops.quarantine q where q.status = 'held')
    order by s.user_id limit p_learners
    -- A learner who is syncing right now is replayed by that sync.
    for update skip locked
  loop
    v_applied := v_applied + private.replay_held_for(v_user, clock_timestamp(), v_head, true);
  end loop;
  perform private.audit('replay_held', 'ops.quarantine', null, null, jsonb_build_object('applied', v_applied));
  return v_applied;
end
$$;
comment on function ops.replay_held(integer) is
  'Tries the held events of some learners again, after an upgrade that knows new types or versions; returns how many applied.';
