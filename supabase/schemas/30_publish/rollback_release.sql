-- What:  rollback_release(): publishes the content of an old version as a new one. The drafts go back too; their content is shelved.
-- Why:   if the drafts stayed, the next publish would undo the roll-back. No edit may be lost.
create table content.shelf (
  id           bigint generated always as identity,
  shelved_at   timestamptz not null default clock_timestamp(),
  shelved_by   uuid,
  head_version integer not null,
  rollback_to  integer,
  kind         text not null,
  draft_id     uuid not null,
  draft        jsonb not null,
  restored_at  timestamptz,
  constraint shelf_pkey primary key (id),
  constraint shelf_kind_known check (kind in ('domain', 'skill', 'question')),
  constraint shelf_draft_is_the_row check (draft ->> 'id' is not distinct from draft_id::text)
);
create index shelf_draft_id_idx on content.shelf (draft_id, id);
comment on table content.shelf is 'Drafts as they were before a roll-back replaced them; ops.restore_shelved() brings them back.';
comment on column content.shelf.head_version is 'The newest release at that time.';
alter table content.shelf enable row level security;
create policy shelf_all_nobody on content.shelf for all to anon, authenticated using (false);

create function private.write_wanted(p_head integer, p_rollback_to integer)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text;
  v_columns text;
begin
  -- 1 Shelve the drafts that will be replaced.
  foreach v_kind in array array['domain', 'skill', 'question'] loop
    execute format(
      'insert into content.shelf (shelved_by, head_version, rollback_to, kind, draft_id, draft)
       select private.caller_id(), $1, $2, %1$L, t.id, to_jsonb(t)
       from content.%1$I t left join pg_temp.wanted_%1$s w on w.id = t.id
       where (w.id is not null and (t.*) is distinct from (w.*)) or (w.id is null and $2 is not null and t.status = ''active'')
       order by t.id', v_kind) using p_head, p_rollback_to;
    -- 2 Keys are unique at every moment and may have moved to another row since. A draft that holds a wanted key gets a random key.
    -- Its id would not do, because an earlier roll-back may have used the id as a key.
    execute format(
      'update content.%1$I t set key = gen_random_uuid()::text
       where exists (select from pg_temp.wanted_%1$s w where w.key = t.key and w.id <> t.id)', v_kind);
    -- 3 Drafts that the old version lacks are not part of the next version.
    execute format(
      'update content.%1$I t
       set status = case when exists (select from content.revision r where $2 between r.from_schema and r.schema and r.kind = %1$L and r.id = t.id)
         then ''withdrawn'' else ''draft'' end
       where $1 is not null and t.status = ''active'' and not exists (select from pg_temp.wanted_%1$s w where w.id = t.id)', v_kind)
      using p_rollback_to, private.content_schema();
  end loop;
  -- 4 Write, parents first.
  foreach v_kind in array array['domain', 'skill', 'question'] loop
    select string_agg(format('%1$I = w.%1$I', a.attname), ', ') into v_columns
    from pg_attribute a
    where a.attrelid = format('content.%I', v_kind)::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> 'id';
    execute format(
      'merge into content.%1$I t using pg_temp.wanted_%1$s w on t.id = w.id
       when matched and (t.*) is distinct from (w.*) then update set %2$s
       when not matched then insert values (w.*)', v_kind, v_columns);
  end loop;
end
$$;
comment on function private.write_wanted(integer, integer) is
  'Replaces the drafts by the temporary tables wanted_domain, wanted_skill and wanted_question, and shelves the previous ones. '
  'A roll-back also ends active drafts that are not wanted.';

create function private.rollback_release(p_to integer, p_note text, p_force boolean)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head integer;
  v_kind text;
begin
  perform private.require_role('instructor', 'admin');
  perform private.lift_lock_timeout();
  -- Locks writers first, then publishers: the order of a transaction that edits and then publishes.
  lock table content.domain, content.skill, content.question in share row exclusive mode;
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));
  v_head := coalesce((select max(r.version) from content.release r), 0);
  -- Below the horizon, compaction has deleted rows. Compaction takes this lock too.
  if p_to is null or p_to not between greatest(1, private.content_horizon()) and v_head then
    perform private.raise_error('release_unknown', 'This release does not exist, or is no longer kept.', p_to::text);
  end if;

  -- 1 The drafts of that version, from the published texts.
  foreach v_kind in array array['domain', 'skill', 'question'] loop
    perform private.drop_temporary('wanted_' || v_kind);
    execute format(
      'create temp table wanted_%1$s on commit drop as
       select w.*
       from (
         select distinct on (r.id) r.op, r.body from content.revision r
         where %2$s between r.from_schema and r.schema and r.kind = %1$L and r.version <= %3$s
         order by r.id, r.version desc
       ) r
       cross join lateral jsonb_populate_record(null::content.%1$I,
         ''{"choices": [], "tags": [], "media": [], "status": "active"}'' || r.body::jsonb) w
       where r.op = ''upsert''', v_kind, private.content_schema(), p_to);
    execute format('analyze pg_temp.wanted_%s', v_kind);
  end loop;
  -- A key of before the second rule names none. Published again, it must not get the newest one.
  update pg_temp.wanted_question w set answer = w.answer || '{"normalisation": 1}'
  where w.type = 'short_text' and not w.answer ? 'normalisation';

  -- 2 Write them back, and publish.
  perform private.write_wanted(v_head, p_to);
  return private.publish_drafts(coalesce(p_note, format('Back to version %s', p_to)), null, p_force, private.caller_id(), p_to);
end
$$;
comment on function private.rollback_release(integer, text, boolean) is 'The core of rollback_release().';

create function public.rollback_release(to_version integer, note text default null, force boolean default false)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- As in publish_release().
set statement_timeout = '60s'
as $$
begin
  return private.rollback_release(to_version, note, force);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.rollback_release(integer, text, boolean) is
  'Publishes the content of an old version as a new one and returns its head. The drafts become that content; content.shelf keeps the previous drafts. '
  'With the newest version it only discards drafts and `published` is false. Instructors and admins. Errors: forbidden, release_unknown, release_needs_force.';

create function private.restore_shelved(p_ids bigint[])
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text;
  v_count integer;
begin
  perform private.require_role('instructor', 'admin');
  lock table content.domain, content.skill, content.question in share row exclusive mode;
  foreach v_kind in array array['domain', 'skill', 'question'] loop
    perform private.drop_temporary('wanted_' || v_kind);
    execute format(
      'create temp table wanted_%1$s on commit drop as
       select w.* from content.shelf s cross join lateral jsonb_populate_record(null::content.%1$I, s.draft) w
       where s.kind = %1$L and s.id = any (%2$L)', v_kind, p_ids);
  end loop;
  perform private.write_wanted(coalesce((select max(r.version) from content.release r), 0), null);
  update content.shelf s set restored_at = clock_timestamp() where s.id = any (p_ids);
  get diagnostics v_count = row_count;
  perform private.audit('restore_shelved', 'content.shelf', null, null, to_jsonb(p_ids));
  return v_count;
end
$$;
comment on function private.restore_shelved(bigint[]) is 'The core of ops.restore_shelved().';

create function ops.restore_shelved(p_ids bigint[])
returns integer
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$ select private.restore_shelved(p_ids) $$;
comment on function ops.restore_shelved(bigint[]) is
  'Restores shelved drafts and shelves the drafts that they replace. Returns their number. For SQL consoles; at most one entry per draft.';

grant execute on function private.rollback_release(integer, text, boolean) to authenticated, service_role;
grant execute on function public.rollback_release(integer, text, boolean) to authenticated, service_role;
