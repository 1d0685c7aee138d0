-- What:  content_head(): the published version, the version that devices must hold, and the time of the next poll.
-- Why:   every device polls this one small answer, so it contains everything that controls a client (C4, C8).
--        Publishing returns the head too, so it belongs to content, not to delivery.

create function private.head_of(p_schema smallint)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
-- A plan per call took 0.3 ms on every sync and poll.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_history constant text := private.history();
  v_bundled constant integer := private.bundled_version(v_history);
begin
  return (
    select json_build_object(
      'history', v_history,
      'schema', p_schema,
      'version', coalesce(r.version, 0),
      'published_at', r.published_at,
      'root', encode(t.hash, 'hex'),
      'domains', coalesce(r.domains, 0),
      'skills', coalesce(r.skills, 0),
      -- Domains and skills are equal in all schemas. An older schema lacks some questions.
      'questions', coalesce(t.rows - r.domains - r.skills, 0),
      'minimum_version', private.minimum_version(),
      'horizon', o.horizon,
      'poll_after_s', o.poll_after_s,
      'schema_ends_at', case when s.state = 'previous' then s.ends_at end,
      -- Below the horizon nothing continues from it.
      'bundled', case when v_bundled >= o.horizon then (
        select json_build_object('version', v_bundled, 'root', encode(n.hash, 'hex'))
        from content.tree_node n
        where n.schema = p_schema and n.kind = 'release' and n.version <= v_bundled
        order by n.version desc
        limit 1) end)
    from ops.content_setting o
    join content.schema s on s.schema = p_schema
    left join (select * from content.release order by version desc limit 1) r on true
    left join lateral (
      select n.hash, n.rows from content.tree_node n
      where n.schema = p_schema and n.kind = 'release' and n.version <= r.version
      order by n.version desc
      limit 1
    ) t on true);
end
$$;
comment on function private.head_of(smallint) is 'The head of a contract schema, served or not.';

create function private.content_head(p_schema smallint)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema constant smallint := coalesce(p_schema, private.default_content_schema());
begin
  perform private.require_schema(v_schema);
  return private.head_of(v_schema);
end
$$;
comment on function private.content_head(smallint) is
  'The newest release: history, version (0 before the first release), root hash in hex, counts, settings for the client, '
  'and the newest release that has its bundles.';

create function private.sync_head(p_schema smallint)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema smallint := coalesce(p_schema, private.default_content_schema());
begin
  if not private.schema_is_served(v_schema) then
    select s.schema into v_schema from content.schema s
    order by private.schema_is_served(s.schema) desc, s.state = 'current' desc, s.schema desc
    limit 1;
  end if;
  return private.head_of(v_schema);
end
$$;
comment on function private.sync_head(smallint) is
  'The head for the sender of a batch, in the schema of the batch''s header or the default one. If that schema is not served, the current one is used. '
  'Never refuses: a device that is too old for the content can still push its answers.';

create function public.content_head(schema smallint default null)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.content_head(schema);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.content_head(smallint) is
  'The newest release, in a content schema or in the default one: {history, schema, version, published_at, root, domains, skills, questions, minimum_version, horizon, '
  'poll_after_s, schema_ends_at, bundled}. The version is 0 before the first release. Errors: malformed_request, upgrade_required.';

grant execute on function private.content_head(smallint) to carrel_edge, authenticated, service_role;
grant execute on function public.content_head(smallint) to authenticated, service_role;
