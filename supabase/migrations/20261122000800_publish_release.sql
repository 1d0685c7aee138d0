-- What:  publish_release() and preview_release(): drafts become one new version, all or nothing.
-- Why:   versions without gaps, in commit order, need one publisher at a time and one look at the drafts (I1, I2).
-- Locks: none now; at run time one advisory lock, held to the end of the publishing transaction.
-- Undo:  drop function public.publish_release, public.preview_release, private.publish_release, private.preview_release, private.write_tree.

create function private.write_tree(p_schema smallint, p_version integer)
returns void
language sql
volatile
set search_path = ''
as $$
  with row_hash as materialized (
    select distinct on (r.kind, r.id) r.kind, r.id, r.op, r.domain_id, r.skill_id, encode(r.sha256, 'hex') as hash
    from content.revision r
    where r.schema = p_schema
    order by r.kind, r.id, r.version desc
  ),
  -- A node's text is its own row's line, then its children's, each "id:hash\n", in the order of the ids.
  skill_node as (
    select s.id, s.domain_id, 1 + count(q.id) as rows,
      sha256(convert_to(s.id || ':' || s.hash || E'\n'
        || coalesce(string_agg(q.id || ':' || q.hash || E'\n', '' order by q.id), ''), 'UTF8')) as hash
    from row_hash s
    left join row_hash q on q.kind = 'question' and q.op = 'upsert' and q.skill_id = s.id
    where s.kind = 'skill' and s.op = 'upsert'
    group by s.id, s.domain_id, s.hash
  ),
  domain_node as (
    select d.id, 1 + coalesce(sum(s.rows), 0) as rows,
      sha256(convert_to(d.id || ':' || d.hash || E'\n'
        || coalesce(string_agg(s.id || ':' || encode(s.hash, 'hex') || E'\n', '' order by s.id), ''), 'UTF8')) as hash
    from row_hash d
    left join skill_node s on s.domain_id = d.id
    where d.kind = 'domain' and d.op = 'upsert'
    group by d.id, d.hash
  ),
  node as (
    select 'skill' as kind, id, rows, hash from skill_node
    union all
    select 'domain', id, rows, hash from domain_node
    union all
    select 'release', '00000000-0000-0000-0000-000000000000', coalesce(sum(rows), 0),
      sha256(convert_to(coalesce(string_agg(id || ':' || encode(hash, 'hex') || E'\n', '' order by id), ''), 'UTF8'))
    from domain_node
  ),
  latest as (
    select distinct on (t.kind, t.id) t.kind, t.id, t.rows, t.hash
    from content.tree_node t
    where t.schema = p_schema
    order by t.kind, t.id, t.version desc
  )
  insert into content.tree_node (schema, kind, id, version, hash, rows)
  select p_schema, coalesce(n.kind, l.kind), coalesce(n.id, l.id), p_version, coalesce(n.hash, sha256('')), coalesce(n.rows, 0)
  from node n
  full join latest l on l.kind = n.kind and l.id = n.id
  where n.hash is distinct from l.hash and (n.id is not null or l.rows > 0)
$$;
comment on function private.write_tree(smallint, integer) is 'Writes the hash tree''s nodes that a release changed.';

create function private.publish_release(p_note text, p_expected_hash text, p_force boolean)
returns json
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_schema constant smallint := private.content_schema();
  v_hash bytea;
  v_version integer;
  v_upserts integer;
  v_deletes integer;
  v_rows integer;
  v_problems text;
  v_release json;
begin
  perform private.require_role('instructor', 'admin');
  -- A snapshot older than the lock would publish drafts of the past and call them new.
  if current_setting('transaction_isolation') <> 'read committed' then
    perform private.raise_error('CR003', 'Publishing needs a READ COMMITTED transaction.');
  end if;

  -- 1 One publisher at a time; the next one waits here and then sees this one's release.
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));

  -- 2 One look at the drafts.
  v_hash := private.collect_candidate();
  if p_expected_hash is not null and p_expected_hash <> encode(v_hash, 'hex') then
    perform private.raise_error('CR004', 'The drafts have changed since that preview.', encode(v_hash, 'hex'));
  end if;

  -- 3 Validate.
  select string_agg(format('%s %s %s', p.problem, p.kind, p.id), '; ') into v_problems
  from (select * from private.candidate_problem() limit 20) p;
  if v_problems is not null then
    perform private.raise_error('CR005', 'The drafts can''t be published as they are.', v_problems);
  end if;

  -- 4 Compare with what is published.
  if to_regclass('pg_temp.change') is not null then
    drop table pg_temp.change;
  end if;
  create temp table change on commit drop as select * from private.release_change();
  select count(*) filter (where op = 'upsert'), count(*) filter (where op = 'delete')
  into v_upserts, v_deletes from pg_temp.change;
  if v_upserts + v_deletes = 0 then
    return private.content_head(v_schema);
  end if;
  select count(*) into v_rows from private.latest_revision(v_schema) l where l.op = 'upsert';
  if v_deletes > 0.2 * v_rows and not p_force then
    perform private.raise_error('CR006', format(
      'This release would withdraw %s of %s rows; publish it with force if that is meant.', v_deletes, v_rows));
  end if;

  -- 5 Append.
  select coalesce(max(r.version), 0) + 1 into v_version from content.release r;
  insert into content.release (version, published_by, note, domains, skills, questions, upserts, deletes)
  select v_version, auth.uid(), p_note,
    count(*) filter (where kind = 'domain'), count(*) filter (where kind = 'skill'),
    count(*) filter (where kind = 'question'), v_upserts, v_deletes
  from pg_temp.candidate;

  insert into content.revision (schema, version, kind, id, op, domain_id, skill_id, content_hash, body, sha256)
  select v_schema, v_version, b.kind, b.id, b.op, b.domain_id, b.skill_id, b.content_hash, b.body, sha256(convert_to(b.body, 'UTF8'))
  from (
    -- The version joins the row here, at the front, so that the content hash does not depend on it.
    select c.*, format('{"kind":"%s","version":%s,', c.kind, v_version) || substr(c.content, 2) as body
    from pg_temp.change c
  ) b
  order by b.kind, b.id;

  insert into content.answer_key (question_id, version, skill_id, type, answer)
  select c.id, v_version, c.skill_id, q.type, q.answer
  from pg_temp.change c
  left join lateral (
    select x.type, x.answer from jsonb_to_record(c.content::jsonb) as x (type text, answer jsonb)
  ) q on true
  where c.kind = 'question';

  perform private.write_tree(v_schema, v_version);

  v_release := private.content_head(v_schema);
  perform private.audit('publish_release', 'content.release', v_version::text, null, v_release::jsonb);
  perform private.hint_release(v_version);
  return v_release;
end
$$;
comment on function private.publish_release(text, text, boolean) is 'The core of publish_release().';

create function public.publish_release(note text default null, expected_hash text default null, force boolean default false)
returns json
language sql
volatile
set search_path = ''
as $$ select private.publish_release(note, expected_hash, force) $$;
comment on function public.publish_release(text, text, boolean) is
  'Publishes all drafts as the next version and returns its head; with nothing to publish, the current head. '
  'Instructors and admins. Errors: forbidden, drafts_moved (expected_hash is a preview''s), release_invalid, release_needs_force.';

create function private.preview_release(p_limit integer)
returns json
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_hash bytea;
begin
  perform private.require_role('instructor', 'admin');
  v_hash := private.collect_candidate();
  return (
    with change as materialized (
      select c.kind, c.id, c.op, c.content::jsonb as after, b.body::jsonb - 'kind' - 'version' as before
      from private.release_change() c
      left join content.revision b
        on b.schema = private.content_schema() and b.kind = c.kind and b.id = c.id and b.version = c.before_version
    )
    select json_build_object(
      'hash', encode(v_hash, 'hex'),
      'base_version', coalesce((select max(r.version) from content.release r), 0),
      'upserts', count(*) filter (where op = 'upsert'),
      'deletes', count(*) filter (where op = 'delete'),
      'problems', (select coalesce(json_agg(p), '[]') from (select * from private.candidate_problem() limit p_limit) p),
      'changes', (
        select coalesce(json_agg(json_build_object(
          'op', case when x.op = 'delete' then 'delete' when x.before is null then 'insert' else 'update' end,
          'kind', x.kind, 'id', x.id, 'key', coalesce(x.after, x.before) ->> 'key',
          'fields', (
            select json_object_agg(f.name, json_build_object('before', x.before -> f.name, 'after', x.after -> f.name))
            from (select jsonb_object_keys(x.before || x.after)) f (name)
            where x.before -> f.name is distinct from x.after -> f.name))
          order by x.kind, x.after ->> 'key'), '[]')
        from (select * from change limit p_limit) x))
    from change);
end
$$;
comment on function private.preview_release(integer) is 'The core of preview_release().';

create function public.preview_release(change_limit integer default 100)
returns json
language sql
volatile
set search_path = ''
as $$ select private.preview_release(change_limit) $$;
comment on function public.preview_release(integer) is
  'What publish_release() would do now: counts, problems, changes field by field (at most change_limit), and the hash to hold it to. '
  'Instructors and admins.';

grant execute on function private.publish_release(text, text, boolean), private.preview_release(integer) to authenticated, service_role;
grant execute on function public.publish_release(text, text, boolean), public.preview_release(integer) to authenticated, service_role;
