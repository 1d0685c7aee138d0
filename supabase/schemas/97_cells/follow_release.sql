-- What:  ops.release_changes(), the changes of one release, and ops.follow_release(), which publishes them in another cell.
-- Why:   all cells must have the same content under the same versions: an event of a moved learner names a version, and a device keeps its cache (O6).

create function ops.release_changes(p_version integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_release content.release;
begin
  perform private.require_role('instructor', 'admin');
  select * into v_release from content.release r where r.version = p_version and r.version >= private.content_horizon();
  if not found then
    perform private.raise_error('release_unknown', 'This release does not exist, or is no longer kept.', p_version::text);
  end if;
  return jsonb_build_object('version', v_release.version, 'note', v_release.note, 'rollback_to', v_release.rollback_to, 'schema', private.content_schema(),
    'root', (select encode(n.hash, 'hex') from content.tree_node n
      where n.schema = private.content_schema() and n.kind = 'release' and n.version <= p_version order by n.version desc limit 1),
    'changes', (select coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'body', r.body)), '[]') from content.revision r
      where r.version = p_version and private.content_schema() between r.from_schema and r.schema));
end
$$;
comment on function ops.release_changes(integer) is
  'What a release changed: {version, note, rollback_to, schema, root, changes: [{kind, id, body}]}, where a body of null is a deletion. For instructors and admins. Errors: forbidden, release_unknown.';

create function private.follow_release(p_release jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant integer := (p_release ->> 'version')::integer;
  v_head integer;
  v_kind text;
  v_root text;
begin
  -- 1 The locks of a roll-back, for the same reason.
  perform private.lift_lock_timeout();
  lock table content.domain, content.skill, content.question in share row exclusive mode;
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));
  v_head := coalesce((select max(r.version) from content.release r), 0);
  if v_head < v_version then
    if v_head <> v_version - 1 or (p_release ->> 'schema')::smallint <> private.content_schema() then
      perform private.raise_error('release_differs', 'This cell has another version or content schema than the release follows.', 'version');
    end if;

    -- 2 The content of this cell's head with the changes of the release. All other drafts are shelved: they belong to no cell but the first.
    foreach v_kind in array array['domain', 'skill', 'question'] loop
      perform private.drop_temporary('wanted_' || v_kind);
      execute format($sql$
        create temp table wanted_%1$s on commit drop as
        select w.*
        from (
          select distinct on (r.id) r.body
          from (
            select r.id, r.version, r.body from content.revision r where %2$s between r.from_schema and r.schema and r.kind = %1$L
            union all
            select c.id, %3$s, c.body from jsonb_to_recordset(%4$L) c (kind text, id uuid, body text) where c.kind = %1$L
          ) r
          order by r.id, r.version desc
        ) r
        cross join lateral jsonb_populate_record(null::content.%1$I, '{"choices": [], "tags": [], "media": [], "status": "active"}' || r.body::jsonb) w
        where r.body is not null$sql$, v_kind, private.content_schema(), v_version, p_release -> 'changes');
      execute format('analyze pg_temp.wanted_%s', v_kind);
    end loop;
    update pg_temp.wanted_question w set answer = w.answer || '{"normalisation": 1}'
    where w.type = 'short_text' and not w.answer ? 'normalisation';
    perform private.write_wanted(v_head, v_head);
    perform private.publish_drafts(p_release ->> 'note', null, true, private.caller_id(), (p_release ->> 'rollback_to')::integer);
  end if;

  -- 3 Published before, or just now: the root must be the first cell's. Else nothing of this stays.
  select encode(n.hash, 'hex') into v_root from content.tree_node n
  where n.schema = private.content_schema() and n.kind = 'release' and n.version <= v_version order by n.version desc limit 1;
  if v_root is distinct from p_release ->> 'root' or not exists (select from content.release r where r.version = v_version) then
    perform private.raise_error('release_differs', 'The content of this cell differs from the first cell''s: nothing was published.', 'root');
  end if;
  return case when v_head < v_version then 'published' else 'same' end;
end
$$;
comment on function private.follow_release(jsonb) is 'The core of ops.follow_release().';

create function ops.follow_release(p_release jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.follow_release(p_release);
end
$$;
comment on function ops.follow_release(jsonb) is
  'Publishes ops.release_changes() of another cell here, under the same version: published, or same if it was here already. The root must be the same. '
  'For admins; audited as a publish. Errors: forbidden, release_differs, release_invalid.';
