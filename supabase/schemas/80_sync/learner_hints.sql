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
  v_since constant timestamptz := clock_timestamp() - private.contact_interval();
  v_push record;
  v_sent integer := 0;
begin
  for v_push in
    select p.learner, p.devices, s.change_seq, o.count
    from (
      select r.learner, array_agg(distinct r.device order by r.device) as devices
      from json_to_recordset(p_pushes) as r (learner uuid, device uuid)
      group by r.learner
    ) p
    join learner.state s on s.user_id = p.learner
    -- Only if another device may be listening.
    cross join lateral (
      select count(*) from learner.device d
      where d.user_id = p.learner and d.revoked_at is null and d.last_seen_at > v_since and p.devices <> array[d.device_id]
    ) o
    where o.count > 0
  loop
    begin
      perform private.broadcast('learner:' || v_push.learner, 'learner_changed', jsonb_build_object(
        'token', private.history() || '.' || v_push.change_seq, 'devices', v_push.devices,
        -- An isolate takes four requests of a learner at once. Few learners have as many devices.
        'spread_s', (v_push.count - 1) / 4));
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
  'Broadcasts learner_changed on the private channel of each learner of [{learner, device}] who has another device that is online. '
  'Returns the number of learners. Best effort: devices also poll.';

grant execute on function private.hint_learners(json) to carrel_edge;
