-- What:  the bundle worker's tasks on media: sign what releases name, and remove what nothing names any more.
-- Why:   only Storage's API signs and removes. Both tasks may be repeated, so a claim is a time before which nobody claims the same files again.

create table content.unused_media (
  name      text not null,
  since     timestamptz not null,
  remove_at timestamptz not null,
  is_claimed boolean not null default false,
  constraint unused_media_pkey primary key (name),
  constraint unused_media_removed_later check (remove_at > since)
);
create index unused_media_remove_at_idx on content.unused_media (remove_at);
comment on table content.unused_media is
  'Files of the bucket media that no draft and no held revision names. The worker removes them at remove_at. A claim puts it off by a minute.';
comment on column content.unused_media.is_claimed is
  'A worker has been told to remove the file, so it may be gone at any moment: no draft can name it until the removal is complete.';
alter table content.unused_media enable row level security;
create policy unused_media_all_nobody on content.unused_media for all to anon, authenticated using (false);

create function private.stored_media()
returns table (name text, bytes bigint)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$ select o.name, (o.metadata ->> 'size')::bigint from storage.objects o where o.bucket_id = 'media' $$;
comment on function private.stored_media() is 'The files of the bucket media. Owned by postgres, because carrel_definer has no rights in the schema storage.';

create function private.named_media()
returns table (name text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select m.file ->> 'sha256' from content.question q cross join lateral jsonb_array_elements(q.media) m (file) where q.media <> '[]'
  union
  select m.file ->> 'sha256' from content.revision r
  cross join lateral jsonb_array_elements(case when strpos(r.body, '"media":') > 0 then r.body::jsonb -> 'media' end) m (file)
  where r.kind = 'question'
$$;
comment on function private.named_media() is
  'The files that a draft names, also a withdrawn one, or a revision that compaction has not deleted, so a release that devices may ask for or that can be restored.';

create function private.mark_unused_media()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_count integer;
begin
  delete from content.unused_media u
  where not u.is_claimed and u.name in (select n.name from private.named_media() n) or u.name not in (select s.name from private.stored_media() s);
  insert into content.unused_media (name, since, remove_at)
  select s.name, v_now, v_now + make_interval(days => (select x.media_grace_days from ops.signal_setting x))
  from private.stored_media() s
  where s.name not in (select n.name from private.named_media() n)
  on conflict on constraint unused_media_pkey do nothing;
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform private.audit('mark_unused_media', 'content.unused_media', null, null, jsonb_build_object('files', v_count));
  end if;
  return v_count;
end
$$;
comment on function private.mark_unused_media() is 'The core of ops.mark_unused_media().';

create function ops.mark_unused_media()
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.mark_unused_media();
end
$$;
comment on function ops.mark_unused_media() is
  'Marks the files of the bucket media that nothing names any more; the worker removes them after media_grace_days. Unmarks what is named again. '
  'Returns the number of newly marked files. Runs by pg_cron.';

create function ops.unused_media()
returns table (name text, bytes bigint, unused_since timestamptz, removed_at timestamptz)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query
  select s.name, s.bytes, u.since, u.remove_at
  from private.stored_media() s
  left join content.unused_media u on u.name = s.name
  where s.name not in (select n.name from private.named_media() n)
  order by u.remove_at, s.name;
end
$$;
comment on function ops.unused_media() is
  'The dry run of the removal: files of the bucket media that nothing names now, and when they are removed (null: not marked yet). Changes nothing. For admins.';

create function private.media_is_due()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select from content.published_media m where m.sign_at < clock_timestamp() or m.signed_in <> (select private.history()))
    or exists (select from content.unused_media u where u.remove_at < clock_timestamp())
$$;
comment on function private.media_is_due() is 'Whether files of the bucket media are to be signed or removed.';

create function private.claim_media_work()
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_history constant text := private.history();
  v_names text[];
begin
  -- A URL of another history is dropped: the project may have other keys by now.
  with due as (
    select m.sha256 from content.published_media m where m.sign_at < clock_timestamp() or m.signed_in <> v_history order by m.sign_at, m.sha256 limit 100 for update skip locked
  ), claimed as (
    update content.published_media m set sign_at = clock_timestamp() + interval '1 minute', signed_in = v_history,
      signed_url = case when m.signed_in = v_history then m.signed_url end, url_expires_at = case when m.signed_in = v_history then m.url_expires_at end
    from due d where d.sha256 = m.sha256 returning m.sha256
  )
  select array_agg(c.sha256) into v_names from claimed c;
  if v_names is not null then
    return json_build_object('task', 'sign', 'names', v_names, 'url_days', (select s.bundle_url_days from ops.signal_setting s));
  end if;

  if exists (select from content.unused_media u where u.remove_at < clock_timestamp()) then
    -- A name that no draft gave, such as that of a roll-back, unmarks nothing by itself. One statement sees the names and takes the marks.
    with named as (
      select n.name from private.named_media() n
    ), due as (
      select u.name from content.unused_media u
      where u.remove_at < clock_timestamp() and (u.is_claimed or u.name not in (select n.name from named n))
      order by u.remove_at, u.name limit 100 for update skip locked
    ), claimed as (
      update content.unused_media u set is_claimed = true, remove_at = clock_timestamp() + interval '1 minute' from due d where d.name = u.name
      returning u.name
    )
    select array_agg(c.name) into v_names from claimed c;
  end if;
  return case when v_names is not null then json_build_object('task', 'remove', 'names', v_names) end;
end
$$;
comment on function private.claim_media_work() is 'Claims up to 100 files for a minute: {task: sign | remove, names, url_days}. Null: no work.';

create function private.finish_media_signing(p_names json, p_urls json, p_expires_at timestamptz)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update content.published_media m
  set signed_url = u.value, url_expires_at = case when u.value is not null then p_expires_at end,
    -- A file that has no URL was never uploaded.
    sign_at = case when u.value is null then clock_timestamp() + interval '10 minutes' else clock_timestamp() + (p_expires_at - clock_timestamp()) / 2 end
  from json_array_elements_text(p_names) n (name)
  left join json_each_text(p_urls) u on u.key = n.name
  where m.sha256 = n.name
$$;
comment on function private.finish_media_signing(json, json, timestamptz) is 'Stores the signed URLs of claimed files by name. Those without one are tried again later.';

create function private.finish_media_removal(p_names json)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_names constant text[] := array(select json_array_elements_text(p_names));
begin
  delete from content.unused_media u where u.name = any (v_names);
  -- A release that names such a file later notes it anew, unless it did so since the claim.
  delete from content.published_media m where m.sha256 = any (v_names) and m.sha256 not in (select n.name from private.named_media() n);
  perform private.audit('remove_unused_media', 'content.unused_media', null, null, jsonb_build_object('files', v_names));
end
$$;
comment on function private.finish_media_removal(json) is 'Forgets files whose objects are removed. Audited with their names.';

grant execute on function private.claim_media_work(), private.finish_media_signing(json, json, timestamptz), private.finish_media_removal(json) to carrel_edge;

select private.schedule_job('media_unused', '27 3 * * *', '1 day', 'select ops.mark_unused_media()');
