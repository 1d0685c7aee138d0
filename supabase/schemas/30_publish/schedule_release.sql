-- What:  schedule_release(), cancel_schedule() and list_schedules(): releases that are published at a set time.
-- Why:   a release at six in the morning needs no person. It publishes exactly the preview, or nothing.
create table content.schedule (
  id            bigint generated always as identity,
  due_at        timestamptz not null,
  expected_hash text not null,
  note          text,
  force         boolean not null,
  created_at    timestamptz not null default clock_timestamp(),
  created_by    uuid,
  state         text not null default 'pending',
  attempts      integer not null default 0,
  finished_at   timestamptz,
  version       integer,
  error         text,
  detail        text,
  constraint schedule_pkey primary key (id),
  constraint schedule_hash_is_sha256 check (expected_hash ~ '^[0-9a-f]{64}$'),
  constraint schedule_state_known check (state in ('pending', 'published', 'failed', 'cancelled')),
  constraint schedule_finished_unless_pending check ((state = 'pending') = (finished_at is null)),
  constraint schedule_version_iff_published check ((state = 'published') = (version is not null)),
  constraint schedule_failed_has_error check (state <> 'failed' or error is not null)
);
create index schedule_due_at_idx on content.schedule (due_at) where state = 'pending';
comment on table content.schedule is 'Releases for a set time, kept permanently with their results.';
comment on column content.schedule.error is 'SQLSTATE of the last failed attempt. A pending schedule is retried.';
alter table content.schedule enable row level security;
create policy schedule_all_nobody on content.schedule for all to anon, authenticated using (false);

create function private.schedule_json(s content.schedule)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object('id', s.id, 'due_at', s.due_at, 'state', s.state, 'expected_hash', s.expected_hash, 'note', s.note,
    'force', s.force, 'created_at', s.created_at, 'created_by', s.created_by, 'attempts', s.attempts, 'finished_at', s.finished_at,
    'version', s.version, 'error', s.error, 'detail', s.detail)
$$;
comment on function private.schedule_json(content.schedule) is 'A schedule in the form that the RPCs return.';

create function private.schedule_release(p_at timestamptz, p_expected_hash text, p_note text, p_force boolean)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hash text;
  v_deletes integer;
  v_problems text;
  v_schedule content.schedule;
begin
  perform private.require_role('instructor', 'admin');
  if p_at is null then
    perform private.raise_error('malformed_request', '`at` is required.', 'at');
  elsif p_at < now() and p_force is not true then
    perform private.raise_error('malformed_request', '`at` must not be in the past. Schedule it with force to publish with the next run.', 'at');
  end if;
  -- What cannot be published now is refused now, while the author is present.
  perform private.collect_change(false);
  v_hash := encode(private.change_hash(), 'hex');
  if p_expected_hash is distinct from v_hash then
    perform private.raise_error('drafts_moved', p_info => v_hash);
  end if;
  select string_agg(format('%s %s %s', p.problem, p.kind, p.id), '; ') into v_problems
  from (select * from private.candidate_problem() limit 20) p;
  if v_problems is not null then
    perform private.raise_error('release_invalid', p_info => v_problems);
  end if;
  if not exists (select from pg_temp.change) then
    perform private.raise_error('nothing_to_publish');
  end if;
  v_deletes := (select n.deletes from private.count_change() n);
  if private.needs_force(v_deletes) and p_force is not true then
    perform private.raise_error('release_needs_force', format('This release would withdraw %s rows. Schedule it with force if this is intended.', v_deletes));
  end if;
  insert into content.schedule (due_at, expected_hash, note, force, created_by)
  values (p_at, v_hash, p_note, p_force is true, private.caller_id()) returning * into v_schedule;
  perform private.audit('schedule_release', 'content.schedule', v_schedule.id::text, null, to_jsonb(v_schedule));
  return private.schedule_json(v_schedule);
end
$$;
comment on function private.schedule_release(timestamptz, text, text, boolean) is 'The core of schedule_release().';

create function private.cancel_schedule(p_id bigint)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schedule content.schedule;
begin
  perform private.require_role('instructor', 'admin');
  perform private.lift_lock_timeout();
  update content.schedule s set state = 'cancelled', finished_at = clock_timestamp()
  where s.id = p_id and s.state = 'pending' returning * into v_schedule;
  if not found then
    perform private.raise_error('schedule_unknown', p_info => p_id::text);
  end if;
  perform private.audit('cancel_schedule', 'content.schedule', p_id::text, null, to_jsonb(v_schedule));
  return private.schedule_json(v_schedule);
end
$$;
comment on function private.cancel_schedule(bigint) is 'The core of cancel_schedule().';

create function private.list_schedules(p_limit integer)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'admin');
  return (
    select coalesce(json_agg(private.schedule_json(s) order by s.finished_at desc nulls first, s.due_at, s.id), '[]')
    from (
      select * from content.schedule x order by x.finished_at desc nulls first, x.due_at, x.id
      limit private.list_rows(p_limit)
    ) s);
end
$$;
comment on function private.list_schedules(integer) is 'The core of list_schedules().';

create function public.schedule_release(at timestamptz, expected_hash text, note text default null, force boolean default false)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- As in publish_release().
set statement_timeout = '60s'
as $$
begin
  return private.schedule_release(at, expected_hash, note, force);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.schedule_release(timestamptz, text, text, boolean) is
  'Publishes the drafts of a preview (expected_hash) at a time, unless they change before; returns the schedule. A time in the past needs force. '
  'Instructors and admins. Errors: forbidden, malformed_request, drafts_moved, release_invalid, release_needs_force, nothing_to_publish.';

create function public.cancel_schedule(schedule_id bigint)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- As in publish_release(): the release under way may hold the schedule's row.
set statement_timeout = '60s'
as $$
begin
  return private.cancel_schedule(schedule_id);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.cancel_schedule(bigint) is
  'Cancels a pending schedule and returns it. Instructors and admins. Errors: forbidden, schedule_unknown.';

create function public.list_schedules(page_rows integer default null)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.list_schedules(page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.list_schedules(integer) is
  'Pending schedules by time, then finished ones, newest first, with their results. Instructors and admins.';

grant execute on function private.schedule_release(timestamptz, text, text, boolean), private.cancel_schedule(bigint),
  private.list_schedules(integer) to authenticated, service_role;
grant execute on function public.schedule_release(timestamptz, text, text, boolean), public.cancel_schedule(bigint),
  public.list_schedules(integer) to authenticated, service_role;
