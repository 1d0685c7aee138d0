-- A bundle worker in SQL for tests: the same calls, with the text in place of the file. Also the hints that were sent.
set local check_function_bodies = off;

create function tests.configure_signals() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform ops.configure_signals('http://127.0.0.1:1/functions/v1');
end
$$;
comment on function tests.configure_signals() is 'Configures a URL of the functions, at which nothing answers.';

create function tests.claim() returns json
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  return private.claim_bundle_work();
end
$$;
comment on function tests.claim() is 'Claims the next task on bundles, or returns null.';

create function tests.upload(p_work json) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant bytea := convert_to(private.bundle_text((p_work ->> 'lease')::uuid), 'UTF8');
begin
  return private.name_bundle((p_work ->> 'lease')::uuid, length(v_text), encode(sha256(v_text), 'hex'));
end
$$;
comment on function tests.upload(json) is 'Names the file of a claimed bundle, like the worker does before the upload. Returns the path, or null.';

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
comment on function tests.do_work(json) is 'Does a claimed task and reports it like the worker. Returns the kind of the task.';

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
comment on function tests.bundle_all() is 'Works until no task is due. Returns the kinds of the tasks in order.';

create function tests.schemas() returns integer
language sql stable set search_path = pg_catalog, pg_temp
as $$ select pg_catalog.count(distinct t.schema)::integer from content.tree_node t $$;
comment on function tests.schemas() is 'Returns the number of content schemas, each of which has its own bundles.';

create function tests.writes(p_domains integer) returns text[]
language sql stable set search_path = pg_catalog, pg_temp
as $$ select pg_catalog.array_fill('write'::text, array[p_domains * tests.schemas()]) $$;
comment on function tests.writes(integer) is 'Returns the tasks that write this many domains in every content schema.';

create function tests.leases_run_out() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  update content.bundle set leased_until = clock_timestamp() - interval '1 second' where lease is not null;
end
$$;
comment on function tests.leases_run_out() is 'Expires the leases of all workers.';

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
comment on function tests.hints() is 'Returns the hints sent by this transaction.';

grant execute on all functions in schema tests to anon, authenticated, service_role;
