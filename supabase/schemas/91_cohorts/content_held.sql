-- What:  content_held(): how many devices and learners have which version of the content.
-- Why:   who publishes sees when learners have it (O3, C7). It names nobody, and an instructor's counts are rounded as other figures of all learners.
create function private.content_held(p_limit integer)
returns table (version integer, published_at timestamptz, devices bigint, learners bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_exact boolean;
begin
  perform private.require_role('instructor', 'admin');
  v_exact := private.reads_all();
  return query
  select h.version, r.published_at, private.round_down(h.devices, v_exact), private.round_down(h.learners, v_exact)
  from (
    select d.content_version as version, count(*) as devices, count(distinct d.user_id) as learners
    from learner.device d
    where d.revoked_at is null and d.last_seen_at > now() - interval '28 days' and d.content_version > 0
    group by 1
  ) h
  left join content.release r on r.version = h.version
  order by h.version desc
  limit private.list_rows(p_limit);
end
$$;
comment on function private.content_held(integer) is 'The core of content_held().';

create function public.content_held(page_rows integer default null)
returns table (version integer, published_at timestamptz, devices bigint, learners bigint)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.content_held(page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.content_held(integer) is
  'How many devices and learners have which version, newest first, as their devices last said: devices that were seen within 28 days and are not revoked. published_at is null of a '
  'release that was removed since. For instructors counts are rounded down to a multiple of ops.cohort_setting.least_learners. Instructors and admins. Errors: forbidden.';

grant execute on function private.content_held(integer), public.content_held(integer) to authenticated, service_role;
