-- What:  replay_all_quarantined(): after a fix of the server, retries the events of one code for all learners, step by step.
-- Why:   the affected learners are unknown. Every event that the fault kept out must be retried and count once (U3).

create function private.rows_to_replay_of_all(p_code text, p_tried_before timestamptz)
returns table (user_id uuid, sha256 bytea)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select q.user_id, q.sha256
  from ops.quarantine q
  join learner.state s on s.user_id = q.user_id
  where q.status in ('open', 'held') and q.code = p_code and q.tried_at < p_tried_before
    -- Nothing is replayed during an erasure.
    and not exists (select from ops.erasure e where e.user_id = q.user_id)
$$;
comment on function private.rows_to_replay_of_all(text, timestamptz) is 'The open and held rows of one code whose last try was before p_tried_before.';

create function private.replay_all_quarantined(p_code text, p_tried_before timestamptz, p_learners integer, p_reason text)
returns table (learners integer, applied integer, busy uuid[], remaining integer, began_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_most constant integer := least(greatest(coalesce(p_learners, 20), 1), 100);
  -- All locks last to the end, and a sync waits at most 2 s. The same number as in ops.replay_held(), about 0.2 s of work.
  v_room integer := 1000;
  v_user uuid;
  v_rows bytea[];
begin
  perform private.require_role('support', 'admin');
  perform private.refuse_during_upgrade();
  if p_code is null then
    perform private.raise_error('support_invalid', '`with_code` is required: the code whose cause was fixed.', 'with_code');
  elsif p_reason is not null then
    perform private.require_reason(p_reason);
  end if;
  learners := 0;
  applied := 0;
  busy := '{}';
  began_at := least(p_tried_before, clock_timestamp());
  -- Learners who are syncing are skipped and stay among the remaining. They are at most as many as connections.
  for v_user in select distinct r.user_id from private.rows_to_replay_of_all(p_code, began_at) r order by r.user_id
  loop
    perform from learner.state s where s.user_id = v_user for update skip locked;
    if not found or not private.is_here(v_user) then
      busy := busy || v_user;
      continue;
    end if;
    v_rows := array(select r.sha256 from private.rows_to_replay(v_user, null, p_code, false, began_at) r limit least(500, v_room));
    -- No rows: the learner's own sync has replayed them.
    continue when v_rows = '{}';
    applied := applied + private.retry_rows(v_user, v_rows);
    perform private.record_actions(v_user, v_rows, 'replayed', p_reason);
    perform private.audit('replay_quarantined', 'learner.state', v_user::text, null,
      jsonb_strip_nulls(jsonb_build_object('code', p_code, 'rows', cardinality(v_rows), 'reason', p_reason)));
    learners := learners + 1;
    v_room := v_room - cardinality(v_rows);
    exit when learners >= v_most or v_room <= 0;
  end loop;
  if busy <> '{}' then
    perform private.audit_look('replay_all_quarantined', 'ops.quarantine', busy, jsonb_build_object('code', p_code, 'busy', true));
  end if;
  -- Counted to a limit, because an exact number is not needed.
  remaining := (select count(*) from (select from private.rows_to_replay_of_all(p_code, began_at) limit 100000) r);
  return next;
end
$$;
comment on function private.replay_all_quarantined(text, timestamptz, integer, text) is 'The core of replay_all_quarantined().';

create function public.replay_all_quarantined(with_code text, tried_before timestamptz default null, most_learners integer default 20, reason text default null)
returns table (learners integer, applied integer, busy uuid[], remaining integer, began_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.replay_all_quarantined(with_code, tried_before, most_learners, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.replay_all_quarantined(text, timestamptz, integer, text) is
  'After a fix of the server: replays events of one code for up to most_learners learners (at most 100) and 1,000 events, least recently tried '
  'first. remaining (counted to 100,000) is the number not tried yet: repeat with began_at as tried_before until it is 0. Learners who are syncing '
  'are busy; a later call replays their events. Support and admins; audited for each learner, with the reason if there is one. Errors: forbidden, support_invalid.';

grant execute on function private.replay_all_quarantined(text, timestamptz, integer, text), public.replay_all_quarantined(text, timestamptz, integer, text)
  to authenticated, service_role;
