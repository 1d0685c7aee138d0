-- A small curriculum with readable ids for tests of content. It replaces what the seed has published.
-- Function bodies are not checked here, because the helpers are also loaded into databases without the product's tables.
set local check_function_bodies = off;

create function tests.domain(p_n integer) returns uuid
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select ('d0000000-0000-4000-8000-' || pg_catalog.lpad(p_n::text, 12, '0'))::uuid $$;

create function tests.skill(p_n integer) returns uuid
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select ('50000000-0000-4000-8000-' || pg_catalog.lpad(p_n::text, 12, '0'))::uuid $$;

create function tests.question(p_n integer) returns uuid
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select ('90000000-0000-4000-8000-' || pg_catalog.lpad(p_n::text, 12, '0'))::uuid $$;

create function tests.empty_content() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_guard record;
begin
  -- What follows is DDL, which costs 0.1 s and the cached plans. The databases of pgTAP are emptied once (prepare.ts).
  if not exists (select from content.domain) and not exists (select from content.revision) and not exists (select from content.release)
    and not exists (select from content.draft_mark) and not exists (select from content.required_release) then
    return;
  end if;
  -- Append-only tables refuse a truncate, and a truncate begins another history. An owner may disable the triggers for this transaction.
  create temporary table guard on commit drop as
  select pg_catalog.format('alter table %s %%s trigger %I', t.tgrelid::regclass, t.tgname) as command,
    case t.tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end as state
  from pg_catalog.pg_trigger t
  where t.tgrelid in (select c.oid from pg_catalog.pg_class c where c.relnamespace = 'content'::regnamespace)
    and t.tgenabled <> 'D' and t.tgtype & 32 <> 0;
  for v_guard in select g.command from guard g loop
    execute pg_catalog.format(v_guard.command, 'disable');
  end loop;
  truncate content.release_state, content.bundle, content.release, content.required_release, content.release_size,
    content.revision, content.tree_node, content.tree_text, content.answer_key, content.draft_mark,
    content.question, content.skill, content.domain;
  for v_guard in select g.command, g.state from guard g loop
    execute pg_catalog.format(v_guard.command, v_guard.state);
  end loop;
  drop table guard;
end
$$;
comment on function tests.empty_content() is 'Removes all drafts and releases: the state before version 1.';

create function tests.a_curriculum() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform tests.empty_content();
  insert into content.domain (id, key, title)
  select tests.domain(n), 'domain-' || n, 'Domain ' || n from pg_catalog.generate_series(1, 2) n;
  insert into content.skill (id, domain_id, key, title)
  select tests.skill(n), tests.domain((n + 1) / 2), 'skill-' || n, 'Skill ' || n from pg_catalog.generate_series(1, 3) n;
  insert into content.question (id, skill_id, key, prompt, choices, answer)
  select tests.question(n), tests.skill((n + 1) / 2), 'question-' || n, 'Prompt ' || n, array['no', 'yes', 'perhaps'], '{"choice": 1}'
  from pg_catalog.generate_series(1, 6) n;
end
$$;
comment on function tests.a_curriculum() is
  'Drafts of 11 rows: skills 1 and 2 in domain 1, skill 3 in domain 2; questions 1-2, 3-4, 5-6 in skills 1, 2, 3. Choice 1 is right.';

create function tests.publish(p_force boolean default false) returns integer
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  return private.publish_release(null, null, p_force) ->> 'version';
end
$$;
comment on function tests.publish(boolean) is 'Publishes like a SQL console and returns the version.';

create function tests.a_release() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform tests.a_curriculum();
  perform tests.publish();
end
$$;
comment on function tests.a_release() is 'The curriculum of tests.a_curriculum(), published as version 1.';

create function tests.page(
  p_since integer, p_until integer default null, p_domains uuid[] default null,
  p_after text default null, p_limit integer default 1000) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  return private.content_page(private.history(), 1::smallint, p_since, p_until, p_domains, p_after, p_limit);
end
$$;
comment on function tests.page(integer, integer, uuid[], text, integer) is 'Returns one page of a delta, like the Edge Function requests it.';

create function tests.delta(p_since integer, p_until integer default null, p_domains uuid[] default null)
returns table (op text, kind text, id uuid, version integer)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select case when l.row ->> 'kind' = 'tombstone' then 'delete' else 'upsert' end,
    coalesce(l.row ->> 'of', l.row ->> 'kind'), (l.row ->> 'id')::uuid, (l.row ->> 'version')::integer
  from (
    select line::jsonb as row
    from pg_catalog.string_to_table(tests.page(p_since, p_until, p_domains), E'\n') as t (line)
    where line <> ''
  ) l
  where l.row ->> 'kind' not in ('page', 'end');
end
$$;
comment on function tests.delta(integer, integer, uuid[]) is 'Returns the rows of a delta of at most 1000 rows.';

create function tests.all_pages(p_limit integer, p_since integer, p_until integer default null, p_domains uuid[] default null)
returns setof text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_after text;
  v_lines text[];
begin
  loop
    v_lines := pg_catalog.string_to_array(tests.page(p_since, p_until, p_domains, v_after, p_limit), E'\n');
    return query select line from pg_catalog.unnest(v_lines[2:cardinality(v_lines) - 2]) line;
    v_after := v_lines[cardinality(v_lines) - 1]::json ->> 'next';
    exit when v_after is null;
  end loop;
end
$$;
comment on function tests.all_pages(integer, integer, integer, uuid[]) is 'Returns the row lines of all pages of a delta, in order.';

grant execute on all functions in schema tests to anon, authenticated, service_role;
