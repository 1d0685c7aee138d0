-- What:  require_release(), which makes a release mandatory.
-- Why:   once a correction is published, learners must not study the wrong content any longer (C4, U8).

create function private.require_release(p_version integer, p_from timestamptz)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before jsonb := (select to_jsonb(r) from content.required_release r where r.version = p_version);
  v_after jsonb;
begin
  perform private.require_role('instructor', 'admin');
  if p_version is null or not exists (select from content.release r where r.version = p_version) then
    perform private.raise_error('release_unknown', p_info => p_version::text);
  end if;
  if p_from is null then
    delete from content.required_release r where r.version = p_version;
  else
    insert into content.required_release as r (version, required_from, required_by) values (p_version, p_from, private.caller_id())
    on conflict (version) do update set
      required_from = excluded.required_from, required_by = excluded.required_by, decided_at = excluded.decided_at
    returning to_jsonb(r) into v_after;
  end if;
  perform private.audit('require_release', 'content.release', p_version::text, v_before, v_after);
  return private.content_head(private.content_schema());
end
$$;
comment on function private.require_release(integer, timestamptz) is 'The core of require_release().';

create function public.require_release(version integer, required_from timestamptz default now())
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.require_release(version, required_from);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.require_release(integer, timestamptz) is
  'Makes a release mandatory from a time on (null: no longer mandatory) and returns the head. Devices with an older version must update first. '
  'Instructors and admins. Errors: forbidden, release_unknown.';

grant execute on function private.require_release(integer, timestamptz), public.require_release(integer, timestamptz)
  to authenticated, service_role;
