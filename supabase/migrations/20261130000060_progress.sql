-- Generated from supabase/schemas/60_progress by `npm run generate`. Do not edit.
--
-- What:  sessions, attempts, progress and practice as projections of the ledger, with rebuild and check.
-- Why:   progress is a function of the ledger, so it can be made again (I6).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in ('projection_check');
--        delete from ops.job where name in ('projection_check');
--        drop table learner.session, learner.attempt, learner.skill_progress, learner.practice, ops.projection_difference cascade;
--        drop function if exists private.end_strength, private.streaks, private.number_change, private.project_events, private.voids_of,
--          private.restore_voids, private.projection_rows, private.project_ledger, private.rebuild_rows, ops.rebuild_learner,
--          private.check_projection, private.forget_erased_differences, ops.check_projections, private.grading_differences,
--          public.grading_differences;

select private.revoke_default_grants();

-- Source: schemas/60_progress/projections.sql
-- What:  the tables projected from the ledger: session, attempt, skill_progress and practice; and change numbers for edits by hand.
-- Why:   queryable tables (U4) whose contents do not depend on the order of arrival (I6).
create table learner.session (
  user_id         uuid not null,
  session_id      uuid not null,
  skill_id        uuid,
  device_id       uuid not null,
  content_version integer,
  started_at      timestamptz,
  started_event   uuid,
  ended_at        timestamptz,
  ended_event     uuid,
  end_reason      text,
  end_claimed_at  timestamptz,
  change_seq      bigint not null,
  voided_at       timestamptz,
  edited_at       timestamptz,
  constraint session_pkey primary key (user_id, session_id),
  constraint session_has_an_event check (coalesce(started_event, ended_event) is not null),
  constraint session_end_reason_known check (end_reason in ('completed', 'abandoned', 'timed_out')),
  constraint session_ends_after_its_start check (ended_at >= started_at)
);
create unique index session_user_id_change_seq_idx on learner.session (user_id, change_seq);
comment on table learner.session is
  'A period of study. Of several starts, the one with the smallest id counts. Of several ends, the strongest reason counts, then the smallest id.';
comment on column learner.session.ended_at is 'The claimed time of the end, or the start if that is later.';
comment on column learner.session.end_claimed_at is
  'The time of the end by the device''s clock, which may have been set back since the start. Kept, because an earlier start may still arrive.';

create function private.end_strength(p_reason text)
returns integer
language plpgsql -- rather than sql, which plans at every call
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array_position(array['timed_out', 'abandoned', 'completed'], p_reason);
end
$$;
comment on function private.end_strength(text) is
  'Orders the reasons of a session''s end: what the learner did outweighs what a device concluded from silence. Null without an end.';

create table learner.attempt (
  user_id            uuid not null,
  event_id           uuid not null,
  session_id         uuid not null,
  skill_id           uuid not null,
  question_id        uuid not null,
  device_id          uuid not null,
  content_version    integer not null,
  content_state      text not null,
  answer             jsonb not null,
  claimed_correct    boolean not null,
  graded_correct     boolean,
  duration_ms        integer not null,
  reset_count        integer not null,
  reset_event        uuid,
  occurred_at        timestamptz not null,
  utc_offset_minutes smallint not null,
  change_seq         bigint not null,
  voided_at          timestamptz,
  edited_at          timestamptz,
  constraint attempt_pkey primary key (user_id, event_id),
  constraint attempt_content_version_positive check (content_version > 0),
  constraint attempt_content_state_known check (content_state in ('current', 'outdated', 'withdrawn'))
) partition by range (event_id);
create index attempt_user_id_change_seq_idx on learner.attempt (user_id, change_seq);
-- Contains only attempts that server and device graded differently. They are rare, so the index is nearly free.
create index attempt_question_id_content_version_idx on learner.attempt (question_id, content_version)
  where graded_correct <> claimed_correct;
comment on table learner.attempt is 'One answer to one question. Partitioned like the ledger.';

create table learner.skill_progress (
  user_id      uuid not null,
  skill_id     uuid not null,
  reset_count  integer not null default 0,
  reset_event  uuid,
  mastery      smallint not null default 0,
  completed    uuid[] not null default '{}',
  attempts     integer not null default 0,
  correct      integer not null default 0,
  practiced_at timestamptz,
  change_seq   bigint not null,
  voided_at    timestamptz,
  edited_at    timestamptz,
  constraint skill_progress_pkey primary key (user_id, skill_id),
  constraint skill_progress_mastery_in_range check (mastery between 0 and 100),
  constraint skill_progress_correct_among_attempts check (correct between 0 and attempts),
  constraint skill_progress_reset_event_iff_count check ((reset_count = 0) = (reset_event is null))
);
create unique index skill_progress_user_id_change_seq_idx on learner.skill_progress (user_id, change_seq);
comment on table learner.skill_progress is
  'Grows until a reset (I5): mastery by max, completed by union, counters from de-duplicated attempts. Only the current reset pair counts.';
comment on column learner.skill_progress.reset_event is 'Together with reset_count the reset pair. The greater pair replaces the smaller one entirely.';
comment on column learner.skill_progress.completed is 'Question ids, sorted, each once.';
comment on column learner.skill_progress.correct is 'Counted by the server''s grading, or by the device''s claim where the server could not grade.';

-- One row per learner, for all skills: a streak belongs to the learner, and no reset removes a day. A multirange holds years of
-- daily study in one range (33 bytes). Its union is the merge and does not depend on the order of arrival.
create table learner.practice (
  user_id    uuid not null,
  days       datemultirange not null,
  change_seq bigint not null,
  edited_at  timestamptz,
  constraint practice_pkey primary key (user_id),
  constraint practice_days_present check (not isempty(days))
);
comment on table learner.practice is
  'The local days on which a learner practised, by the UTC offset of each event. Only grows (I5).';

create function private.streaks(p_days datemultirange, out last_day date, out streak integer, out longest_streak integer)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select max(upper(r.days)) - 1, (array_agg(upper(r.days) - lower(r.days) order by upper(r.days) desc))[1],
    max(upper(r.days) - lower(r.days))
  from unnest(p_days) r (days)
$$;
comment on function private.streaks(datemultirange) is
  'The last day, the number of consecutive days that end with it, and the longest streak. Whether the streak still runs depends on the local date.';

create function private.number_change()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Edits by hand and by support only. Ingest numbers its own changes, so the WHEN clause skips them.
  insert into learner.state as s (user_id, change_seq) values (new.user_id, 1)
  on conflict (user_id) do update set change_seq = s.change_seq + 1
  returning s.change_seq into new.change_seq;
  new.edited_at := now();
  return new;
end
$$;
comment on function private.number_change() is
  'Row trigger: gives an edit by hand a change number, so that devices pull it, and sets edited_at.';

create trigger session_number_change before update on learner.session
  for each row when (old.change_seq = new.change_seq) execute function private.number_change();
create trigger attempt_number_change before update on learner.attempt
  for each row when (old.change_seq = new.change_seq) execute function private.number_change();
create trigger skill_progress_number_change before update on learner.skill_progress
  for each row when (old.change_seq = new.change_seq) execute function private.number_change();
create trigger practice_number_change before update on learner.practice
  for each row when (old.change_seq = new.change_seq) execute function private.number_change();

alter table learner.session enable row level security;
alter table learner.attempt enable row level security;
alter table learner.skill_progress enable row level security;
alter table learner.practice enable row level security;
create policy session_select_own on learner.session for select to authenticated using (user_id = (select private.signed_in_learner()));
create policy attempt_select_own on learner.attempt for select to authenticated using (user_id = (select private.signed_in_learner()));
create policy skill_progress_select_own on learner.skill_progress for select to authenticated using (user_id = (select private.signed_in_learner()));
create policy practice_select_own on learner.practice for select to authenticated using (user_id = (select private.signed_in_learner()));
grant select on learner.session, learner.attempt, learner.skill_progress, learner.practice to authenticated, service_role;
grant execute on function private.streaks(datemultirange) to authenticated, service_role;

select ops.ensure_partitions();

-- Source: schemas/60_progress/attempt_limits.gen.sql
-- Generated from client-contract/contract/limits.ts by `npm run generate`. Do not edit.

alter table learner.attempt
  add constraint attempt_duration_in_range check (duration_ms between 0 and 86400000);

-- Source: schemas/60_progress/project_events.sql
-- What:  project_events(), which turns ledger rows into sessions, attempts, progress and days of practice.
-- Why:   ingest and rebuild share this function, so both produce the same rows (I6).

create function private.project_events(p_user uuid, p_events learner.event[], p_seq bigint)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_nil constant uuid := '00000000-0000-0000-0000-000000000000';
  v_count constant integer := cardinality(p_events);
begin
  -- One statement, so that the events are unpacked once. Each table has its own range of change numbers.
  -- Within a range, a row's number is the place of an event that changed the row.
  with event as materialized (
    select e.event_id, e.type, e.device_id, e.occurred_at, e.utc_offset_minutes, e.clock_offset_ms, e.answered_at, e.clock_skew_ms, e.received_at, e.body, e.session_id, e.skill_id, e.question_id,
      e.reset_count, e.reset_event, e.content_state, e.graded_correct,
      -- Limited, because a clock that is years ahead would freeze the field at a far date.
      least(e.occurred_at, e.received_at + interval '1 day') as practiced_at, e.ordinality as place
    from unnest(p_events) with ordinality e
  ),
  -- 1 Attempts: one row per event.
  attempt as (
    insert into learner.attempt (
      user_id, event_id, session_id, skill_id, question_id, device_id, content_version, content_state, answer, claimed_correct,
      graded_correct, duration_ms, reset_count, reset_event, occurred_at, utc_offset_minutes, change_seq)
    select p_user, e.event_id, e.session_id, e.skill_id, e.question_id, e.device_id,
      (e.body -> 'content_version')::integer, e.content_state, e.body -> 'answer', (e.body -> 'correct')::boolean,
      e.graded_correct, (e.body -> 'duration_ms')::integer, e.reset_count, e.reset_event, e.occurred_at, e.utc_offset_minutes,
      p_seq + e.place
    from event e
    where e.type = 'attempt.recorded'
  ),

  -- 2 Sessions: the start with the smallest event id, and the end with the strongest reason, then the smallest id. Events are sorted by id.
  session as (
    insert into learner.session as s (
      user_id, session_id, skill_id, device_id, content_version, started_at, started_event, ended_at, ended_event, end_reason,
      end_claimed_at, change_seq)
    select p_user, k.session_id, (k.b).skill_id, coalesce((k.b).device_id, (k.f).device_id), ((k.b).body -> 'content_version')::integer,
      (k.b).occurred_at, (k.b).event_id, case when (k.f).event_id is not null then greatest((k.f).occurred_at, (k.b).occurred_at) end,
      (k.f).event_id, (k.f).body ->> 'reason', (k.f).occurred_at, p_seq + v_count + k.place
    from (
      select e.session_id, min(e.place) as place,
        p_events[min(e.place) filter (where e.type = 'session.started')] as b,
        p_events[(array_agg(e.place order by private.end_strength(e.body ->> 'reason') desc, e.place)
          filter (where e.type = 'session.ended'))[1]] as f
      from event e
      where e.type in ('session.started', 'session.ended')
      group by e.session_id
    ) k
    on conflict (user_id, session_id) do update set
      (skill_id, content_version, started_at, started_event, ended_at, ended_event, end_reason, end_claimed_at, device_id, change_seq) = (
        select m.skill_id, m.content_version, m.started_at, m.started_event,
          case when m.ended_event is not null then greatest(m.end_claimed_at, m.started_at) end,
          m.ended_event, m.end_reason, m.end_claimed_at, m.device_id, excluded.change_seq
        from (
          select
            case when starts then excluded.skill_id else s.skill_id end as skill_id,
            case when starts then excluded.content_version else s.content_version end as content_version,
            case when starts then excluded.started_at else s.started_at end as started_at,
            case when starts then excluded.started_event else s.started_event end as started_event,
            case when ends then excluded.ended_event else s.ended_event end as ended_event,
            case when ends then excluded.end_reason else s.end_reason end as end_reason,
            case when ends then excluded.end_claimed_at else s.end_claimed_at end as end_claimed_at,
            -- Without a start, the device is the device of the end.
            case when starts or (s.started_event is null and ends) then excluded.device_id else s.device_id end as device_id
          from (
            select excluded.started_event is not null and (s.started_event is null or excluded.started_event < s.started_event) as starts,
              excluded.ended_event is not null and (s.ended_event is null
                or (private.end_strength(excluded.end_reason), s.ended_event) > (private.end_strength(s.end_reason), excluded.ended_event)) as ends
          ) c
        ) m)
  ),

  -- 3 Progress: only events of the greatest reset pair count. Their merge is max, union and sums.
  progress as (
    insert into learner.skill_progress as p (
      user_id, skill_id, reset_count, reset_event, mastery, completed, attempts, correct, practiced_at, change_seq)
    select distinct on (t.skill_id)
      p_user, t.skill_id, t.reset_count, t.reset_event, coalesce(t.mastery, 0),
      case when t.completed is null then '{}' else array(
        select distinct c.id::uuid
        from unnest(t.completed) l (ids)
        cross join lateral jsonb_array_elements_text(case when jsonb_typeof(l.ids) = 'array' then l.ids else '[]' end) c (id)
        order by 1) end,
      t.attempts, t.correct, t.practiced_at, p_seq + 2 * v_count + t.place
    from (
      select e.skill_id, e.reset_count, e.reset_event,
        max((b.body -> 'mastery')::integer) as mastery,
        array_agg(b.body -> 'completed') filter (where b.body is not null) as completed,
        count(*) filter (where e.type = 'attempt.recorded') as attempts,
        count(*) filter (where e.type = 'attempt.recorded' and coalesce(e.graded_correct, (e.body -> 'correct')::boolean)) as correct,
        max(e.practiced_at) filter (where e.type <> 'progress.reset') as practiced_at,
        min(e.place) as place
      from event e
      cross join lateral (
        select case e.type when 'progress.advanced' then e.body when 'progress.reset' then e.body -> 'base' end as body
      ) b
      where e.type in ('attempt.recorded', 'progress.advanced', 'progress.reset')
      group by e.skill_id, e.reset_count, e.reset_event
    ) t
    order by t.skill_id, t.reset_count desc, coalesce(t.reset_event, v_nil) desc
    on conflict (user_id, skill_id) do update set
      (reset_count, reset_event, mastery, completed, attempts, correct, practiced_at, change_seq) = (
        select excluded.reset_count, excluded.reset_event,
          greatest(excluded.mastery, k.mastery), array(select distinct u.id from unnest(excluded.completed || k.completed) u (id) order by 1),
          excluded.attempts + k.attempts, excluded.correct + k.correct,
          greatest(excluded.practiced_at, k.practiced_at), excluded.change_seq
        from (select
          case when same then p.mastery else 0 end as mastery,
          case when same then p.completed else '{}' end as completed,
          case when same then p.attempts else 0 end as attempts,
          case when same then p.correct else 0 end as correct,
          case when same then p.practiced_at end as practiced_at
          from (select p.reset_count = excluded.reset_count and p.reset_event is not distinct from excluded.reset_event) c (same)) k)
    -- A smaller reset pair has no effect.
    where (excluded.reset_count, coalesce(excluded.reset_event, v_nil)) >= (p.reset_count, coalesce(p.reset_event, v_nil))
  )

  -- 4 Days of practice: by the event's own UTC offset, so neither the server's zone nor a journey changes a day. An event came after the
  --   last answer that its device had, and before its arrival. The first reading of its time that fits counts: corrected by the event's clock
  --   offset, by its batch's skew if that exceeds a day, or as it is. No day is before that answer, or after the arrival.
  insert into learner.practice as d (user_id, days, change_seq)
  select p_user, range_agg(daterange(t.day, t.day, '[]')), p_seq + 3 * v_count + 1
  from (
    select distinct
      (least(greatest(
        case
          when e.occurred_at + c.by_event between c.earliest and c.latest then e.occurred_at + c.by_event
          when e.occurred_at + c.by_batch between c.earliest and c.latest then e.occurred_at + c.by_batch
          else e.occurred_at
        end, e.answered_at), e.received_at) at time zone 'utc' + make_interval(mins => e.utc_offset_minutes))::date as day
    from event e
    cross join lateral (
      select interval '1 ms' * e.clock_offset_ms as by_event, case when abs(e.clock_skew_ms) > 86400000 then interval '1 ms' * e.clock_skew_ms end as by_batch,
        coalesce(e.answered_at - interval '1 hour', '-infinity') as earliest, e.received_at + interval '1 hour' as latest
    ) c
    where e.type in ('attempt.recorded', 'progress.advanced')
  ) t
  having count(*) > 0
  on conflict (user_id) do update set days = d.days + excluded.days, change_seq = excluded.change_seq
  -- The day is usually present already: one look-up, no write.
  where not d.days @> excluded.days;

  return p_seq + 3 * v_count + 1;
end
$$;
comment on function private.project_events(uuid, learner.event[], bigint) is
  'Projects new ledger rows, sorted by id, and numbers changes from p_seq. Returns the last number. The result depends only on the set of rows.';

-- Source: schemas/60_progress/projection_difference.sql
-- What:  ops.projection_difference: learners' rows that differed from their ledger.
-- Why:   projections are a function of the ledger (I6). A violation must be visible, and stay on record after its repair.
create table ops.projection_difference (
  user_id     uuid not null,
  kind        text not null,
  row_id      uuid not null,
  found_at    timestamptz not null,
  live        jsonb,
  rebuilt     jsonb,
  resolved_at timestamptz,
  constraint projection_difference_pkey primary key (user_id, kind, row_id),
  constraint projection_difference_differs check (live is distinct from rebuilt)
);
create index projection_difference_found_at_idx on ops.projection_difference (found_at) where resolved_at is null;
comment on table ops.projection_difference is
  'Rows that differed from the ledger. ops.rebuild_learner() repairs them. A later check that finds no difference sets resolved_at.';
comment on column ops.projection_difference.live is 'The row as it was; null if it was missing.';
comment on column ops.projection_difference.rebuilt is 'The row as the ledger gives it; null if it should not exist.';
alter table ops.projection_difference enable row level security;
create policy projection_difference_all_nobody on ops.projection_difference for all to anon, authenticated using (false);

-- Source: schemas/60_progress/voids.sql
-- What:  voids_of() and restore_voids(), which carry support's voids over a new projection.
-- Why:   a void is a decision, not a projection of the ledger: a rebuild or an adoption must not lose it (O1, I6).

create function private.voids_of(p_user uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('kind', v.kind, 'id', v.id, 'at', v.voided_at)), '[]')
  from (
    select 'session' as kind, session_id as id, voided_at from learner.session where user_id = p_user and voided_at is not null
    union all
    select 'attempt', event_id, voided_at from learner.attempt where user_id = p_user and voided_at is not null
    union all
    select 'skill_progress', skill_id, voided_at from learner.skill_progress where user_id = p_user and voided_at is not null
  ) v
$$;
comment on function private.voids_of(uuid) is 'The voided rows of a learner: [{kind, id, at}].';

create function private.restore_voids(p_user uuid, p_voids jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The triggers number these changes.
  update learner.session x set voided_at = (v ->> 'at')::timestamptz
  from jsonb_array_elements(p_voids) v
  where x.user_id = p_user and v ->> 'kind' = 'session' and x.session_id = (v ->> 'id')::uuid;
  update learner.attempt x set voided_at = (v ->> 'at')::timestamptz
  from jsonb_array_elements(p_voids) v
  where x.user_id = p_user and v ->> 'kind' = 'attempt' and x.event_id = (v ->> 'id')::uuid;
  update learner.skill_progress x set voided_at = (v ->> 'at')::timestamptz
  from jsonb_array_elements(p_voids) v
  where x.user_id = p_user and v ->> 'kind' = 'skill_progress' and x.skill_id = (v ->> 'id')::uuid;
end
$$;
comment on function private.restore_voids(uuid, jsonb) is 'Voids the rows of voids_of() that exist.';

-- Source: schemas/60_progress/rebuild.sql
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

-- Source: schemas/60_progress/projection_check.sql
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

-- Source: schemas/60_progress/grading_difference.sql
-- What:  grading_differences(): attempts that server and device graded differently, by question and version.
-- Why:   one device that grades wrongly has a bug. A question that many devices grade wrongly is ambiguous, or its key changed (O3).

create function private.grading_differences(p_since timestamptz, p_limit integer)
returns table (question_id uuid, question_key text, content_version integer, graded_right bigint, graded_wrong bigint,
  learners bigint, app_versions text[], last_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'support', 'admin');
  return query
  select a.question_id, max(q.key), a.content_version,
    count(*) filter (where a.graded_correct), count(*) filter (where a.claimed_correct), count(distinct a.user_id),
    array_agg(distinct d.app_version order by d.app_version) filter (where d.app_version is not null), max(a.occurred_at)
  from learner.attempt a
  left join content.question q on q.id = a.question_id
  left join learner.device d on d.user_id = a.user_id and d.device_id = a.device_id
  where a.graded_correct <> a.claimed_correct and a.voided_at is null
    -- The id contains its time, so whole months are skipped.
    and a.event_id >= private.ulid_floor(least(greatest(coalesce(p_since, '1970-01-01'), '1970-01-01'), '9999-12-31'))
  group by a.question_id, a.content_version
  order by count(*) desc, a.question_id, a.content_version
  limit private.list_rows(p_limit);
end
$$;
comment on function private.grading_differences(timestamptz, integer) is 'The core of grading_differences().';

create function public.grading_differences(since timestamptz default null, page_rows integer default null)
returns table (question_id uuid, question_key text, content_version integer, graded_right bigint, graded_wrong bigint,
  learners bigint, app_versions text[], last_at timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.grading_differences(since, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.grading_differences(timestamptz, integer) is
  'Attempts that server and device graded differently, by question and answered version, most first. graded_right: the device claimed wrong. '
  'graded_wrong: the device claimed right. app_versions has the newest version of each app. At most 500 rows. Instructors, support, admins.';

grant execute on function private.grading_differences(timestamptz, integer), public.grading_differences(timestamptz, integer)
  to authenticated, service_role;
