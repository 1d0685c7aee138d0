-- What:  content_manifest(): the hash tree of one version, and the files that contain its rows. content_domains(): the upper nodes alone.
-- Why:   a device compares the manifest with its own tree, finds the damaged skills, and fetches only those (C6).

create function private.tree_node_at(p_schema smallint, p_version integer)
returns table (kind text, id uuid, hash bytea, rows integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select n.kind, n.id, n.hash, n.rows
  from (
    select distinct on (t.kind, t.id) t.kind, t.id, t.hash, t.rows
    from content.tree_node t
    where t.schema = p_schema and t.version <= p_version
    order by t.kind, t.id, t.version desc
  ) n
  where n.rows > 0 or n.kind = 'release'
$$;
comment on function private.tree_node_at(smallint, integer) is 'The nodes of the hash tree at a version.';

create function private.published_version(p_history text, p_schema smallint, p_version integer)
returns integer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version integer;
begin
  perform private.require_schema(p_schema);
  v_version := private.check_content_cursor(p_history, 0, p_version);
  if v_version = 0 then
    perform private.raise_error('release_unknown', 'Nothing is published yet.', '0');
  end if;
  return v_version;
end
$$;
comment on function private.published_version(text, smallint, integer) is
  'The version to describe (by default the head). Raises an error if it is not served, or nothing is published.';

create function private.content_manifest(p_history text, p_schema smallint, p_version integer)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant integer := private.published_version(p_history, p_schema, p_version);
begin
  return (
    with node as materialized (select * from private.tree_node_at(p_schema, v_version)),
    -- The tree does not record a skill's domain; the skill's row of that version does.
    skill as (
      select distinct on (r.id) r.id, r.domain_id
      from content.revision r
      where p_schema between r.from_schema and r.schema and r.kind = 'skill' and r.version <= v_version
      order by r.id, r.version desc
    ),
    domain_skill as (
      select s.domain_id, json_agg(json_build_object('id', n.id, 'hash', encode(n.hash, 'hex'), 'rows', n.rows) order by n.id) as skills
      from node n
      join skill s on s.id = n.id
      where n.kind = 'skill'
      group by s.domain_id
    )
    select json_build_object(
      'history', private.history(), 'schema', p_schema, 'version', v_version,
      'root', encode(r.hash, 'hex'), 'rows', r.rows,
      'domains', (
        select coalesce(json_agg(json_build_object(
          'id', n.id, 'hash', encode(n.hash, 'hex'), 'rows', n.rows, 'skills', coalesce(d.skills, '[]')) order by n.id), '[]')
        from node n
        left join domain_skill d on d.domain_id = n.id
        where n.kind = 'domain'),
      'bundles', private.content_bundles(p_schema, v_version))
    from node r
    where r.kind = 'release');
end
$$;
comment on function private.content_manifest(text, smallint, integer) is
  '{history, schema, version, root, rows, domains: [{id, hash, rows, skills: [{id, hash, rows}]}], bundles}, ids in ascending order. '
  'Only the bundles can change later.';

create function private.content_domains(p_history text, p_schema smallint, p_version integer)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant integer := private.published_version(p_history, p_schema, p_version);
begin
  return (
    select json_build_object(
      'history', private.history(), 'schema', p_schema, 'version', v_version,
      'root', max(encode(n.hash, 'hex')) filter (where n.kind = 'release'),
      'domains', coalesce(json_agg(json_build_object('id', n.id, 'hash', encode(n.hash, 'hex'), 'rows', n.rows) order by n.id)
        filter (where n.kind = 'domain'), '[]'))
    from private.tree_node_at(p_schema, v_version) n
    where n.kind in ('release', 'domain'));
end
$$;
comment on function private.content_domains(text, smallint, integer) is
  '{history, schema, version, root, domains: [{id, hash, rows}]}, ids in ascending order: the nodes that a device with some domains needs of the others. '
  'The same arguments always give the same bytes.';

grant execute on function private.content_domains(text, smallint, integer) to carrel_edge;
grant execute on function private.content_manifest(text, smallint, integer) to carrel_edge;
