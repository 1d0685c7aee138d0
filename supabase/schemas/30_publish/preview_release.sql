-- What:  preview_release(): the changes that a publish would make now, field by field, and the hash of the preview.
-- Why:   authors see what every device will receive or lose before they publish (C5).

create function private.preview_release(p_limit integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit constant integer := least(greatest(coalesce(p_limit, 100), 0), 1000);
begin
  perform private.require_role('instructor', 'admin');
  perform private.collect_change(false);
  return (
    with change as materialized (
      select h.kind, h.id, h.op, h.schema, b.body::jsonb - 'kind' - 'version' as before,
        t.body::jsonb - 'kind' - 'version' as after
      -- A row that changes in several schemas is shown in the form of the newest one.
      from (select distinct on (c.kind, c.id) c.* from pg_temp.change c order by c.kind, c.id, c.schema desc) h
      join pg_temp.candidate t on t.kind = h.kind and t.id = h.id and h.schema between t.from_schema and t.schema
      left join content.revision b on b.kind = h.kind and b.id = h.id and b.version = h.before_version
        and h.schema between b.from_schema and b.schema
    )
    select json_build_object(
      'hash', encode(private.change_hash(), 'hex'),
      'base_version', coalesce((select max(r.version) from content.release r), 0),
      'upserts', n.upserts,
      'deletes', n.deletes,
      'delete_share', round(private.delete_share(n.deletes), 4),
      'needs_force', private.needs_force(n.deletes),
      'warnings', private.change_warnings(),
      'problems', (select coalesce(json_agg(p), '[]') from (select * from private.candidate_problem() limit v_limit) p),
      'changes', (
        select coalesce(json_agg(json_build_object(
          'op', case when x.op = 'delete' then 'delete' when x.before is null then 'insert' else 'update' end,
          'kind', x.kind, 'id', x.id, 'schema', x.schema, 'key', coalesce(x.after, x.before) ->> 'key', 'type', coalesce(x.after, x.before) ->> 'type',
          'fields', (
            select json_object_agg(f.name, json_build_object('before', x.before -> f.name, 'after', x.after -> f.name) order by f.name)
            from (select jsonb_object_keys(x.before || x.after)) f (name)
            where x.before -> f.name is distinct from x.after -> f.name))
          order by x.kind, coalesce(x.after, x.before) ->> 'key'), '[]')
        from (
          -- At most a page's bytes, but at least one change.
          select c.*, row_number() over w as number, sum(octet_length(concat(c.before, c.after))) over w as bytes
          from (select * from change c order by c.kind, coalesce(c.after, c.before) ->> 'key', c.id limit v_limit) c
          window w as (order by c.kind, coalesce(c.after, c.before) ->> 'key', c.id)
        ) x
        where x.number = 1 or x.bytes <= private.max_page_bytes()))
    from private.count_change() n);
end
$$;
comment on function private.preview_release(integer) is 'The core of preview_release().';

create function public.preview_release(change_limit integer default 100)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- As in publish_release().
set statement_timeout = '60s'
as $$
begin
  return private.preview_release(change_limit);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.preview_release(integer) is
  'The effect of publish_release() now: counts, problems, warnings with examples, changes field by field (at most change_limit), and the hash for '
  'expected_hash. '
  'Instructors and admins.';

grant execute on function private.preview_release(integer), public.preview_release(integer) to authenticated, service_role;
