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
