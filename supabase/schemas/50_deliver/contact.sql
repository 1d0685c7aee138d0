-- What:  contacts of devices that push nothing, with the version that each one reports; and the freshness of all devices.
-- Why:   instructors and operators ask which devices have a release. A device that only pulls must be counted (C4, O3, O4),
--        listed, revocable and hinted too (O2, S1).

create function private.contacts_of(p_contacts json)
returns table (learner uuid, session uuid, device uuid, version integer, place bigint)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select c.learner, c.session, c.device, c.version, c.place
  from rows from (json_to_recordset(p_contacts) as (learner uuid, session uuid, device uuid, version integer))
    with ordinality as c (learner, session, device, version, place)
$$;
comment on function private.contacts_of(json) is 'The contacts of record_contacts() as rows, with their place.';

create function private.record_contacts(p_contacts json)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_head constant integer := coalesce((select max(r.version) from content.release r), 0);
  v_learners uuid[];
  v_count integer;
begin
  if private.is_upgrading() then
    return 0;
  end if;
  v_learners := private.hold_off_erasures(array(
    select distinct c.learner from private.contacts_of(p_contacts) c
    -- Content may be read until the token expires. That leaves no trace of a session that has ended or was revoked.
    where private.session_refusal(c.learner, c.session, null) is null));
  -- A contact that is recorded after the revocation of its device ends the session that it was made with, if that was opened before.
  perform private.note_session(c.learner, c.session, c.device, v_now)
  from (
    select distinct c.learner, c.session, c.device
    from private.contacts_of(p_contacts) c
    join learner.device d on d.user_id = c.learner and d.device_id = c.device and d.revoked_at is not null
    where c.learner = any (v_learners) and c.session is not null
  ) c;
  with contact as (
    -- The last report counts, because a restored device may hold less than before. Null: no report.
    select c.learner, c.device, (array_agg(c.version order by c.place desc) filter (where c.version is not null))[1] as version,
      (array_agg(c.session order by c.place desc))[1] as session
    from private.contacts_of(p_contacts) c
    where c.learner = any (v_learners) and private.session_refusal(c.learner, c.session, c.device) is null
      -- A version that does not exist may come from an earlier history that an isolate still has in memory.
      and (c.version is null or c.version between 0 and v_head)
    group by c.learner, c.device
  ),
  recorded as (
    insert into learner.device as d (user_id, device_id, content_version, first_seen_at, last_seen_at, session_id)
    select c.learner, c.device, c.version, v_now, v_now, c.session
    from contact c
    order by c.learner, c.device
    on conflict (user_id, device_id) do update set
      content_version = coalesce(excluded.content_version, d.content_version), last_seen_at = excluded.last_seen_at,
      session_id = coalesce(excluded.session_id, d.session_id)
    returning 1
  )
  select count(*) into v_count from recorded;
  return v_count;
end
$$;
comment on function private.record_contacts(json) is
  'Records contacts and the versions that devices hold (null: not reported): [{learner, session, device, version}], in the order of arrival at an isolate. '
  'Returns their number. Contacts of busy learners are skipped, because their devices will return. Contacts of sessions and devices that may not '
  'pull are not recorded.';

create function ops.content_freshness(p_active interval default '30 days')
returns table (version integer, published_at timestamptz, state text, devices bigint, share numeric)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'support', 'admin');
  perform private.require_interval('p_active', p_active);
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
  where d.last_seen_at > now() - p_active and d.revoked_at is null
  group by d.content_version, r.published_at
  order by d.content_version desc nulls last;
end
$$;
comment on function ops.content_freshness(interval) is
  'The versions that recently seen devices hold, newest first, with their number and share: current, outdated, must_update or unknown.';

grant execute on function private.record_contacts(json) to carrel_edge;
