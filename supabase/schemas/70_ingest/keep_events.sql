-- What:  keep_events(): stores the events of a batch that could not be applied in quarantine, within the limits.
-- Why:   a device deletes events that are reported as quarantined, so they must be stored. No learner may fill the disk (U3).
create function private.keep_events(
  p_user uuid, p_now timestamptz, p_skew bigint, p_head integer, p_knowledge bigint, p_header private.header, p_lines text[], p_events private.incoming[])
returns private.incoming[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_full bytea[];
begin
  -- 1 New texts must fit into the learner's quarantine; open and held events have separate limits. Smaller texts come first, so that
  --   one large text does not exclude many. A text that is already stored needs no more room.
  with bad as (
    select distinct on (k.sha256) k.sha256, e.place, k.line, e.id_text, e.code, e.field,
      coalesce(e.device_id, p_header.device_id) as device_id,
      private.waiting_status(e.code) as status,
      -- The header of a batch of dead letters has the reasons, in the order of the events.
      case when p_header.dead_letters is not null then 'dead_letter' else 'batch' end as origin,
      p_header.dead_letters ->> (e.number - 1)::integer as reason,
      exists (select from ops.quarantine q where q.user_id = p_user and q.sha256 = k.sha256) as is_known
    from (select u.*, row_number() over (order by u.place) as number from unnest(p_events) u) e
    cross join lateral (select l.line, sha256(convert_to(l.line, 'UTF8')) as sha256 from (select p_lines[e.place + 1] as line) l) k
    where exists (select from private.error_code c where c.code = e.code and c.outcome = 'quarantined')
    order by k.sha256, e.place
  ),
  fitting as (
    select b.*, b.is_known or (
      coalesce(case b.status when 'held' then l.held_rows else l.open_rows end, 0) + count(*) filter (where not b.is_known) over w
        <= case b.status when 'held' then s.held_rows else s.open_rows end
      and coalesce(case b.status when 'held' then l.held_bytes else l.open_bytes end, 0)
        + coalesce(sum(octet_length(b.line)) filter (where not b.is_known) over w, 0)
        <= case b.status when 'held' then s.held_bytes else s.open_bytes end) as fits
    from bad b
    cross join ops.quarantine_setting s
    left join ops.quarantine_load l on l.user_id = p_user
    window w as (partition by b.status order by octet_length(b.line), b.place)
  ),
  kept as (
    insert into ops.quarantine as q (
      user_id, sha256, event_id, code, field, body, device_id, batch_id, origin, reason, status, first_seen_at, last_seen_at, clock_skew_ms, knowledge, tried_at,
      waits_for)
    select p_user, f.sha256, case when private.is_ulid(f.id_text) then private.ulid_to_uuid(f.id_text) end,
      f.code, f.field, f.line, f.device_id, private.ulid_to_uuid(p_header.batch_id), f.origin, f.reason, f.status, p_now, p_now, p_skew, p_knowledge, p_now,
      private.missing_knowledge(f.code, f.line, p_head)
    from fitting f
    where f.fits
    on conflict (user_id, sha256) do update set
      last_seen_at = excluded.last_seen_at, times_seen = q.times_seen + 1, batch_id = excluded.batch_id,
      code = case when q.status = 'superseded' then q.code else excluded.code end,
      field = case when q.status = 'superseded' then q.field else excluded.field end,
      origin = case when excluded.origin = 'dead_letter' then excluded.origin else q.origin end,
      reason = coalesce(excluded.reason, q.reason), knowledge = excluded.knowledge, tried_at = excluded.tried_at,
      waits_for = coalesce(excluded.waits_for, q.waits_for),
      -- Support's decisions and superseded events keep their status.
      status = case when q.status in ('superseded', 'discarded') then q.status else excluded.status end
  )
  select array_agg(f.sha256) into v_full from fitting f where not f.fits;
  if v_full is null then
    return p_events;
  end if;

  -- 2 Events that did not fit stay on the device. They may fit after support has settled others.
  return array(
    select case
      when c.outcome = 'quarantined' and sha256(convert_to(p_lines[e.place + 1], 'UTF8')) = any (v_full)
        then private.with_code(e, 'quarantine_full')
      else e
    end
    from unnest(p_events) e
    left join private.error_code c on c.code = e.code
    order by e.place);
end
$$;
comment on function private.keep_events(uuid, timestamptz, bigint, integer, bigint, private.header, text[], private.incoming[]) is
  'Stores events that could not be applied, once per text. Returns all events; those that do not fit get the code quarantine_full.';
