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
