-- What:  publish_release(): drafts become one new version, all or nothing.
-- Why:   versions without gaps, in commit order, need one publisher at a time and one snapshot of the drafts (I1, I2).

create function private.lift_lock_timeout()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- On the hosted platform, authenticator waits 8 s for a lock, including an advisory one. PostgREST applies a function's
  -- statement_timeout to its transaction, but not its lock_timeout. So it is lifted here; the statement timeout is the limit.
  -- In SQL consoles and the command line a lock_timeout is intended and stays.
  if session_user = 'authenticator' then
    perform set_config('lock_timeout', '0', true);
  end if;
end
$$;
comment on function private.lift_lock_timeout() is
  'Lets a call over REST wait for locks until its statement timeout, so that publishers queue.';

create function private.published_head(p_published boolean)
returns json
language sql
volatile -- since the warnings fill a temporary table
set search_path = pg_catalog, pg_temp
as $$
  select (left(private.content_head(private.content_schema())::text, -1) || ',"published":' || p_published
    || ',"warnings":' || case when p_published then private.change_warnings() else '[]' end || '}')::json
$$;
comment on function private.published_head(boolean) is
  'The head as a publish returns it. `published`: whether this call wrote a release. `warnings`: about the questions of this release.';

create function private.publish_drafts(p_note text, p_expected_hash text, p_force boolean, p_by uuid, p_rollback_to integer)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Sorts and joins of a full release fit in memory. Publishers queue, so only one uses it at a time.
set work_mem = '64MB'
-- Estimates for temporary tables are far too high. JIT compilation would take longer than the release.
set jit = off
as $$
declare
  v_schema constant smallint := private.content_schema();
  v_hash bytea;
  v_last content.release;
  v_version integer;
  v_upserts integer;
  v_deletes integer;
  v_problems text;
  v_release json;
begin
  perform private.refuse_during_upgrade();
  -- A snapshot older than the lock would publish outdated drafts as new.
  if current_setting('transaction_isolation') <> 'read committed' then
    perform private.raise_error('wrong_isolation', 'Publishing needs a READ COMMITTED transaction.');
  end if;

  -- 1 One publisher at a time. The next one waits here and then sees this release.
  perform pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0));
  select * into v_last from content.release r order by r.version desc limit 1;

  -- 2 One snapshot of the drafts, compared with the published rows.
  perform private.collect_change(true);
  v_hash := private.change_hash();
  select n.upserts, n.deletes into v_upserts, v_deletes from private.count_change() n;
  -- A retry of the same preview, after a lost answer, returns that release.
  if encode(v_last.change_hash, 'hex') = p_expected_hash and v_upserts + v_deletes = 0 then
    return private.published_head(false);
  end if;
  if p_expected_hash <> encode(v_hash, 'hex') then
    perform private.raise_error('drafts_moved', p_info => encode(v_hash, 'hex'));
  end if;

  -- 3 Validate.
  select string_agg(format('%s %s %s', p.problem, p.kind, p.id), '; ') into v_problems
  from (select * from private.candidate_problem() limit 20) p;
  if v_problems is not null then
    perform private.raise_error('release_invalid', p_info => v_problems);
  end if;
  if v_upserts + v_deletes = 0 then
    return private.published_head(false);
  end if;
  if private.needs_force(v_deletes) and p_force is not true then
    perform private.raise_error('release_needs_force', format(
      'This release would withdraw %s of %s rows. Publish it with force if this is intended.',
      v_deletes, v_last.domains + v_last.skills + v_last.questions));
  end if;

  -- 4 Append. The release comes last, because its triggers need all of its rows.
  v_version := coalesce(v_last.version, 0) + 1;
  insert into content.revision (schema, from_schema, version, kind, id, op, domain_id, skill_id, body, sha256)
  select c.schema, c.from_schema, v_version, c.kind, c.id, c.op, c.domain_id, c.skill_id,
    t.body, c.sha256
  from pg_temp.change c join pg_temp.candidate t on t.kind = c.kind and t.id = c.id and c.schema between t.from_schema and t.schema
  -- The order of the indexes.
  order by c.id;

  insert into content.answer_key (question_id, version, skill_id, type, answer)
  select c.id, v_version, c.skill_id, c.type, c.answer
  from pg_temp.change c
  where c.kind = 'question' and v_schema between c.from_schema and c.schema
  order by c.id;

  perform private.write_tree(v_version);
  perform private.write_release_size(v_version);

  insert into content.release (
    version, published_by, note, upserts, deletes, change_hash, rollback_to, domains, skills, questions)
  select v_version, p_by, p_note, v_upserts, v_deletes, v_hash, p_rollback_to,
    coalesce(v_last.domains, 0) + coalesce(sum(n.more) filter (where n.kind = 'domain'), 0),
    coalesce(v_last.skills, 0) + coalesce(sum(n.more) filter (where n.kind = 'skill'), 0),
    coalesce(v_last.questions, 0) + coalesce(sum(n.more) filter (where n.kind = 'question'), 0)
  from (
    select c.kind, (case when c.op = 'delete' then -1 when c.before_version is null then 1 else 0 end) as more
    from pg_temp.change c where v_schema between c.from_schema and c.schema
  ) n;

  v_release := private.published_head(true);
  perform private.audit(case when p_rollback_to is null then 'publish_release' else 'rollback_release' end,
    'content.release', v_version::text, null, v_release::jsonb - 'published' - 'warnings');
  return v_release;
end
$$;
comment on function private.publish_drafts(text, text, boolean, uuid, integer) is
  'Publishes the marked drafts as the next version, for every schema that is not retired. Its callers check the role.';

create function private.publish_release(p_note text, p_expected_hash text, p_force boolean)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('instructor', 'admin');
  perform private.lift_lock_timeout();
  return private.publish_drafts(p_note, p_expected_hash, p_force, private.caller_id(), null);
end
$$;
comment on function private.publish_release(text, text, boolean) is 'The core of publish_release().';

create function public.publish_release(note text default null, expected_hash text default null, force boolean default false)
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- The role authenticated has 8 s. PostgREST applies this setting to the call. Large curricula and queueing need up to 60 s.
set statement_timeout = '60s'
as $$
begin
  return private.publish_release(note, expected_hash, force);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.publish_release(text, text, boolean) is
  'Publishes all drafts as the next version and returns its head with `published` true and `warnings`. If nothing changed, or this preview is already published, '
  'it returns the current head with `published` false. '
  'Instructors and admins. Errors: forbidden, drafts_moved (expected_hash is a preview''s), release_invalid, release_needs_force.';

grant execute on function private.publish_release(text, text, boolean), public.publish_release(text, text, boolean)
  to authenticated, service_role;
