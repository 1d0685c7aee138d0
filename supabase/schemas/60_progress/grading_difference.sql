-- What:  grading_differences(): where the server's grading and the device's claim part, by question and version.
-- Why:   one device that grades wrongly has a bug; a question that many grade wrongly is ambiguous, or its key was changed (O3).

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
    -- By the id's time: whole months are left out, unread.
    and a.event_id >= private.ulid_floor(greatest(coalesce(p_since, '1970-01-01'), '1970-01-01'))
  group by a.question_id, a.content_version
  order by count(*) desc, a.question_id, a.content_version
  limit least(greatest(coalesce(p_limit, 100), 1), 1000);
end
$$;
comment on function private.grading_differences(timestamptz, integer) is 'The core of grading_differences().';

create function public.grading_differences(since timestamptz default null, page_rows integer default 100)
returns table (question_id uuid, question_key text, content_version integer, graded_right bigint, graded_wrong bigint,
  learners bigint, app_versions text[], last_at timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select * from private.grading_differences(since, page_rows) $$;
comment on function public.grading_differences(timestamptz, integer) is
  'Attempts that the server graded otherwise than the device, by question and answered version, most first: graded_right were claimed wrong, '
  'graded_wrong claimed right; of how many learners, by which apps (their newest versions). At most 1000 rows. Instructors, support, admins.';

grant execute on function private.grading_differences(timestamptz, integer), public.grading_differences(timestamptz, integer)
  to authenticated, service_role;
