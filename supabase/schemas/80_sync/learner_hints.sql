-- What:  hint_learners(): sends a hint to a learner's other devices after a push.
-- Why:   the phone shows within seconds what was done on the tablet, not only at its next poll (S1).
create function private.hint_learners(p_pushes json)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_push record;
  v_sent integer := 0;
begin
  for v_push in
    select p.learner, array_agg(distinct p.device order by p.device) as devices, s.change_seq, g.learner_hint_spread_s
    from json_to_recordset(p_pushes) as p (learner uuid, device uuid)
    join learner.state s on s.user_id = p.learner
    cross join ops.signal_setting g
    -- Only if another device may be listening: one that hears hints polls at least every five hours.
    where exists (
      select from learner.device d
      where d.user_id = p.learner and d.device_id <> p.device and d.revoked_at is null
        and d.last_seen_at > v_now - make_interval(secs => g.learner_hint_active_s))
    group by p.learner, s.change_seq, g.learner_hint_spread_s
  loop
    begin
      perform private.broadcast('learner:' || v_push.learner, 'learner_changed', jsonb_build_object(
        'token', private.history() || '.' || v_push.change_seq, 'devices', v_push.devices, 'spread_s', v_push.learner_hint_spread_s));
      v_sent := v_sent + 1;
    exception
      when others then
        raise warning 'The hint for a learner''s devices was not sent: %', sqlerrm;
    end;
  end loop;
  return v_sent;
end
$$;
comment on function private.hint_learners(json) is
  'Broadcasts learner_changed on the private channel of each learner of [{learner, device}] who has another recently active device. '
  'Returns the number of learners. Best effort: devices also poll.';

grant execute on function private.hint_learners(json) to carrel_edge;
