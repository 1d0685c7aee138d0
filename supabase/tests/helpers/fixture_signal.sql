-- Bundles without a worker: the same calls that it makes, with the text in place of the file. And what was hinted.
set local check_function_bodies = off;

create function tests.configure_signals() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform ops.configure_signals('http://127.0.0.1:1/functions/v1', 'sb_secret_of_these_tests');
end
$$;
comment on function tests.configure_signals() is 'As in a project whose database knows its functions; nothing answers there.';

create function tests.claim() returns json
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  return private.claim_bundle_work();
end
$$;
comment on function tests.claim() is 'The next piece of work on bundles, or null.';

create function tests.upload(p_work json) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_bundle constant json := p_work #> '{bundles,0}';
  v_text constant bytea := convert_to(
    private.bundle_text((v_bundle ->> 'schema')::smallint, (v_bundle ->> 'domain_id')::uuid, (v_bundle ->> 'version')::integer), 'UTF8');
begin
  return private.name_bundle((p_work ->> 'lease')::uuid, length(v_text), encode(sha256(v_text), 'hex'));
end
$$;
comment on function tests.upload(json) is 'Names the file of a claimed bundle as the worker does before it uploads it; returns the path, or null.';

create function tests.do_work(p_work json) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease constant uuid := p_work ->> 'lease';
begin
  case p_work ->> 'task'
    when 'write' then
      perform tests.upload(p_work);
      perform private.finish_bundle(v_lease);
    when 'sign' then
      perform private.finish_signing(v_lease,
        (select json_object_agg(b ->> 'path', 'https://signed.test/' || (b ->> 'path')) from json_array_elements(p_work -> 'bundles') b),
        clock_timestamp() + make_interval(days => (p_work ->> 'url_days')::integer));
    when 'remove' then
      perform private.finish_removal(v_lease);
    else
      null;
  end case;
  return p_work ->> 'task';
end
$$;
comment on function tests.do_work(json) is 'Does a claimed piece of work and says so, as the worker does; returns its task.';

create function tests.bundle_all() returns text[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_done text[] := '{}';
  v_task text;
begin
  loop
    v_task := tests.do_work(tests.claim());
    exit when v_task is null;
    v_done := v_done || v_task;
  end loop;
  return v_done;
end
$$;
comment on function tests.bundle_all() is 'Works until nothing is due; returns the tasks in their order.';

create function tests.schemas() returns integer
language sql stable set search_path = pg_catalog, pg_temp
as $$ select pg_catalog.count(distinct t.schema)::integer from content.tree_node t $$;
comment on function tests.schemas() is 'How many contract schemas are published, each with bundles of its own.';

create function tests.writes(p_domains integer) returns text[]
language sql stable set search_path = pg_catalog, pg_temp
as $$ select pg_catalog.array_fill('write'::text, array[p_domains * tests.schemas()]) $$;
comment on function tests.writes(integer) is 'The tasks of writing so many domains in every contract schema.';

create function tests.leases_run_out() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  update content.bundle set leased_until = clock_timestamp() - interval '1 second' where lease is not null;
end
$$;
comment on function tests.leases_run_out() is 'As if every worker had been killed and its time were over.';

create function tests.hints() returns table (version integer, domains jsonb, bytes integer, spread_s integer)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select (m.payload ->> 'version')::integer, m.payload -> 'domains', (m.payload ->> 'bytes')::integer, (m.payload ->> 'spread_s')::integer
  from realtime.messages m
  where m.topic = 'content' and m.event = 'release_published' and m.inserted_at >= now()::timestamp
  order by 1;
end
$$;
comment on function tests.hints() is 'The hints sent by this transaction.';

grant execute on all functions in schema tests to anon, authenticated, service_role;
