-- Broadcast from the database: realtime.messages, realtime.send and realtime.topic as a hosted project has them.

alter schema realtime owner to supabase_admin;
grant usage, create on schema realtime to supabase_realtime_admin;
grant usage on schema realtime to postgres with grant option;
grant usage on schema realtime to anon, authenticated, service_role;
-- Realtime decides who may join by becoming the joining role.
grant anon, authenticated, service_role to supabase_realtime_admin with inherit false, set true;

create table realtime.messages (
  topic       text not null,
  extension   text not null,
  payload     jsonb,
  event       text,
  private     boolean default false,
  updated_at  timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id          uuid not null default gen_random_uuid(),
  constraint messages_pkey primary key (id, inserted_at)
) partition by range (inserted_at);
comment on table realtime.messages is
  'Broadcasts of the last 72 hours. Policies here decide who may join a private channel and who may send to it.';

create index messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic)
  where extension = 'broadcast' and private is true;

alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
grant all on realtime.messages to postgres;
grant select, insert on realtime.messages to postgres with grant option;

-- Hosted has no default partition: there a message without a partition is lost with a warning. Here a database
-- without the Realtime stand-in (a test's throw-away copy, made days ago) must still accept messages.
create table realtime.messages_default partition of realtime.messages default;
alter table realtime.messages_default owner to supabase_realtime_admin;
grant all on realtime.messages_default to postgres;

create function realtime.maintain_partitions() returns void
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_today constant date := pg_catalog.timezone('utc', pg_catalog.now())::date;
  v_day  date;
  v_name text;
begin
  -- 1. A partition a day, from yesterday on, with what the default partition took in its place.
  for v_day in
    select d::date from pg_catalog.generate_series(v_today - 1, v_today + 3, interval '1 day') d
  loop
    v_name := 'messages_' || pg_catalog.to_char(v_day, 'YYYY_MM_DD');
    continue when pg_catalog.to_regclass('realtime.' || v_name) is not null;
    execute pg_catalog.format('create table realtime.%I (like realtime.messages including defaults)', v_name);
    -- A trigger on the parent needs the right on every partition too.
    execute pg_catalog.format('grant all on realtime.%I to postgres', v_name);
    execute pg_catalog.format(
      'with moved as (delete from realtime.messages_default where inserted_at >= %L and inserted_at < %L returning *)
       insert into realtime.%I select * from moved', v_day, v_day + 1, v_name);
    execute pg_catalog.format(
      'alter table realtime.messages attach partition realtime.%I for values from (%L) to (%L)',
      v_name, v_day, v_day + 1);
  end loop;

  -- 2. What is older than 72 hours goes.
  for v_name in
    select c.relname
      from pg_catalog.pg_inherits i
      join pg_catalog.pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'realtime.messages'::regclass
       and c.relname ~ '^messages_\d{4}_\d\d_\d\d$'
       and pg_catalog.to_date(pg_catalog.right(c.relname, 10), 'YYYY_MM_DD') < v_today - 3
  loop
    execute pg_catalog.format('drop table realtime.%I', v_name);
  end loop;
  delete from realtime.messages_default where inserted_at < v_today - 3;
end
$$;
comment on function realtime.maintain_partitions() is
  'Makes the partitions of the coming days and drops those older than 72 hours; called by the Realtime stand-in.';
alter function realtime.maintain_partitions() owner to supabase_realtime_admin;
revoke execute on function realtime.maintain_partitions() from public;
set role supabase_realtime_admin;
select realtime.maintain_partitions();
reset role;

create function realtime.topic() returns text
language sql stable security invoker
as $$ select nullif(pg_catalog.current_setting('realtime.topic', true), '')::text $$;
comment on function realtime.topic() is 'The topic that a policy on realtime.messages is asked about.';
alter function realtime.topic() owner to supabase_realtime_admin;

-- Parameter names are those of hosted: callers may use named notation.
create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_id uuid := pg_catalog.gen_random_uuid();
begin
  if pg_catalog.jsonb_typeof(payload) is distinct from 'object' then
    raise exception 'payload must be a JSON object';
  end if;
  perform pg_catalog.set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (v_id, pg_catalog.jsonb_build_object('id', v_id) || payload, event, topic, private, 'broadcast');
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;
comment on function realtime.send(jsonb, text, text, boolean) is
  'Broadcasts a JSON object to a topic when the transaction commits. Best effort: a failure is only a warning.';
alter function realtime.send(jsonb, text, text, boolean) owner to supabase_realtime_admin;

-- How the stand-in hears of messages, in the order of their commits. Hosted reads a replication slot; decoding
-- all WAL to find a few hints would take much of a two-core machine while thousands of rows a second come in.
create function realtime.announce_message() returns trigger
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('realtime_messages', new.id::text);
  return null;
end
$$;
alter function realtime.announce_message() owner to supabase_realtime_admin;
revoke execute on function realtime.announce_message() from public;
create trigger announce_message after insert on realtime.messages
  for each row
  -- A row without these is a probe of policies, which hosted delivers to nobody either.
  when (new.extension = 'broadcast' and new.event is not null and new.payload is not null)
  execute function realtime.announce_message();

-- `postgres` owns nothing here, and still manages the policies of realtime.messages and drops its own triggers, as
-- supautils' policy_grants and drop_trigger_grants let it on hosted. In the same way the table is lent to it for
-- just one such command. The catalogue is written directly, since ALTER TABLE … OWNER would fold grants made to
-- and by `postgres` into the owner's and lock out everybody who reads or sends; an error rolls this back too.
create function realtime.lend_messages() returns event_trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update pg_catalog.pg_class
     set relowner = case tg_event
       when 'ddl_command_start' then 'postgres'::regrole else 'supabase_realtime_admin'::regrole
     end
   where oid = 'realtime.messages'::regclass;
end
$$;
alter function realtime.lend_messages() owner to supabase_admin;
revoke execute on function realtime.lend_messages() from public;
create event trigger realtime_messages_lent on ddl_command_start
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER')
  execute function realtime.lend_messages();
create event trigger realtime_messages_returned on ddl_command_end
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER')
  execute function realtime.lend_messages();
