-- What:  release_history(): all releases, newest first.
-- Why:   an author who rolls back must see the earlier releases.
create function private.release_history(p_before integer, p_limit integer)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'admin');
  return (
    select coalesce(json_agg(json_build_object(
      'version', r.version, 'published_at', r.published_at, 'published_by', r.published_by, 'note', r.note,
      'domains', r.domains, 'skills', r.skills, 'questions', r.questions, 'upserts', r.upserts, 'deletes', r.deletes,
      'rollback_to', r.rollback_to,
      'schedule_id', (select min(s.id) from content.schedule s where s.version = r.version)) order by r.version desc), '[]')
    from (
      select * from content.release x where p_before is null or x.version < p_before
      order by x.version desc limit private.list_rows(p_limit)
    ) r);
end
$$;
comment on function private.release_history(integer, integer) is 'The core of release_history().';

create function public.release_history(before_version integer default null, page_rows integer default null)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.release_history(before_version, page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.release_history(integer, integer) is
  'Releases, newest first: version, time, author, note, counts, and rollback_to for a roll-back. Instructors and admins.';

grant execute on function private.release_history(integer, integer) to authenticated, service_role;
grant execute on function public.release_history(integer, integer) to authenticated, service_role;
