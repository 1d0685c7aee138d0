-- What:  which version each device holds, as it says when it polls; and how fresh the devices are together.
-- Why:   instructors and operators ask "who has it yet?"; a device with nothing to push would not be counted (C4, O3, O4).
-- Locks: none; new objects only.
-- Undo:  drop function ops.content_freshness, private.record_contacts.

create function private.record_contacts(p_contacts json)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_head constant integer := coalesce((select max(r.version) from content.release r), 0);
  v_count integer;
begin
  with last_word as materialized (
    -- A device may come to hold less: after a restore, or when it starts over.
    select distinct on (c.learner, c.device) c.learner, c.device, c.version, c.place
    from rows from (json_to_recordset(p_contacts) as (learner uuid, device uuid, version integer))
      with ordinality as c (learner, device, version, place)
    -- A version that never was may be one of another history, in an isolate that has not heard of this one yet.
    where c.version between 0 and v_head
      and not exists (select from ops.erasure e where e.user_id = c.learner)
    order by c.learner, c.device, c.place desc
  ),
  contact as (
    select w.learner, w.device, w.version, k.device_id is not null as is_known,
      row_number() over (partition by w.learner, k.device_id is null order by w.place) as number
    from last_word w
    left join learner.device k on k.user_id = w.learner and k.device_id = w.device
  ),
  recorded as (
    insert into learner.device as d (user_id, device_id, content_version, first_seen_at, last_seen_at)
    select c.learner, c.device, c.version, v_now, v_now
    from contact c
    -- A device's id is whatever the caller says: with these, nobody has more than fifty.
    where c.is_known or (select count(*) from learner.device k where k.user_id = c.learner) + c.number <= 50
    order by c.learner, c.device
    on conflict (user_id, device_id) do update set content_version = excluded.content_version, last_seen_at = excluded.last_seen_at
    returning 1
  )
  select count(*) into v_count from recorded;
  return v_count;
end
$$;
comment on function private.record_contacts(json) is
  'Records what devices hold: [{learner, device, version}], in the order in which they said so to an isolate; returns how many were.';

create function ops.content_freshness(p_active interval default '30 days')
returns table (version integer, published_at timestamptz, state text, devices bigint, share numeric)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  perform private.require_role('instructor', 'support', 'admin');
  return query
  select d.content_version, r.published_at,
    case
      when d.content_version is null then 'unknown'
      when d.content_version < private.minimum_version() then 'must_update'
      when d.content_version < (select max(x.version) from content.release x) then 'outdated'
      else 'current'
    end,
    count(*), round(count(*) / sum(count(*)) over (), 4)
  from learner.device d
  left join content.release r on r.version = d.content_version
  where d.last_seen_at > now() - p_active
  group by d.content_version, r.published_at
  order by d.content_version desc nulls last;
end
$$;
comment on function ops.content_freshness(interval) is
  'How many of the devices seen lately hold which version, newest first, and their share: current, outdated, must_update or unknown.';

grant execute on function private.record_contacts(json) to carrel_edge;
