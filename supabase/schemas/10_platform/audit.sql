-- What:  ops.audit, the append-only trail of content changes and operations, and its triggers.
-- Why:   every change can be traced: who, what, when, from where, before and after (O1).
create table ops.audit (
  id          bigint generated always as identity,
  at          timestamptz not null default clock_timestamp(),
  actor       uuid,
  actor_role  text not null,
  source      text,
  transaction xid8 not null default pg_current_xact_id(),
  action      text not null,
  object      text not null,
  object_id   text,
  before      jsonb,
  after       jsonb,
  constraint audit_pkey primary key (id),
  constraint audit_source_short check (length(source) <= 400)
);
comment on table ops.audit is 'Append-only. One row per changed content row and per operation or support look-up.';
comment on column ops.audit.actor is 'The user of the token. Null for SQL consoles and jobs; actor_role names those.';
comment on column ops.audit.source is
  'Where the call came from: the login role and the address of its connection, as the database knows them. After `caller says:`, what the caller controls: '
  'the forwarded address, or else the name of the application; at most 200 characters.';
-- Collation "C", because ids need no language's order. The default collation took a quarter of the audit of a large import.
-- Look-ups must name the same collation.
create index audit_object_id_at_id_idx on ops.audit (object_id collate "C", at, id);
alter table ops.audit enable row level security;
create policy audit_all_nobody on ops.audit for all to anon, authenticated using (false);

create function private.audit_source()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(' ', session_user, 'at ' || coalesce(host(inet_client_addr()), 'this machine'), 'caller says: ' || nullif(regexp_replace(left(
    coalesce(case when h.headers is json object then h.headers::jsonb ->> 'x-forwarded-for' end, current_setting('application_name', true)), 200),
    '[[:cntrl:]]', '?', 'g'), ''))
  from (select current_setting('request.headers', true)) h (headers)
$$;
comment on function private.audit_source() is
  'Where the call came from. What the caller controls comes last, cut to 200 characters and without control characters.';

create function private.audit_caller(out actor uuid, out actor_role text, out source text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    private.caller_id(),
    coalesce(nullif(nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role', ''), 'authenticated'),
      case when private.caller_id() is null then session_user::text else private.app_role() end),
    private.audit_source()
$$;
comment on function private.audit_caller() is 'The caller: user, role and source, as in the columns of ops.audit.';

create function private.audit(
  p_action text, p_object text, p_object_id text default null, p_before jsonb default null, p_after jsonb default null)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into ops.audit (actor, actor_role, source, action, object, object_id, before, after)
  select c.actor, c.actor_role, c.source, p_action, p_object, p_object_id, p_before, p_after from private.audit_caller() c
  -- The transaction takes its number before the row takes its id, as in a trigger after a write. private.seal_audit() relies on it.
  where pg_current_xact_id() is not null
$$;
comment on function private.audit(text, text, text, jsonb, jsonb) is
  'Writes one audit row for an operation that triggers do not see.';

create function private.audit_log_lock()
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select hashtextextended('carrel.seal_audit', 0) $$;
comment on function private.audit_log_lock() is
  'The advisory lock of the audit log: a sealing takes it alone, and transactions that remove texts from records share it.';

create function private.audit_change()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_object constant text := tg_table_schema || '.' || tg_table_name;
  v_caller record;
begin
  -- A statement trigger with transition tables reads the caller once. One call of private.audit() per row took 1.0 s
  -- for an import of 50,000 rows.
  select * into v_caller from private.audit_caller();
  case tg_op
    when 'INSERT' then
      insert into ops.audit (actor, actor_role, source, action, object, object_id, after)
      select v_caller.actor, v_caller.actor_role, v_caller.source, 'insert', v_object, n.id::text, to_jsonb(n) from new_rows n;
    when 'UPDATE' then
      -- A changed id is audited as a delete of the old id and an insert of the new one.
      insert into ops.audit (actor, actor_role, source, action, object, object_id, before, after)
      select v_caller.actor, v_caller.actor_role, v_caller.source,
        case when o.id is null then 'insert' when n.id is null then 'delete' else 'update' end,
        v_object, coalesce(o.id, n.id)::text, to_jsonb(o), to_jsonb(n)
      from old_rows o full join new_rows n on n.id = o.id
      where to_jsonb(o) is distinct from to_jsonb(n);
    when 'DELETE' then
      insert into ops.audit (actor, actor_role, source, action, object, object_id, before)
      select v_caller.actor, v_caller.actor_role, v_caller.source, 'delete', v_object, o.id::text, to_jsonb(o) from old_rows o;
  end case;
  return null;
end
$$;
comment on function private.audit_change() is 'Statement trigger: audits each row of a table with an id column.';

create function private.forbid_change()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.raise_error('append_only', format('%s on %s.%s is not allowed, because it would leave no trace.', tg_op, tg_table_schema, tg_table_name));
  return null;
end
$$;
comment on function private.forbid_change() is 'Trigger: refuses a change that would leave no trace, such as an update of an append-only table.';

create function private.watch_table(p_table regclass, p_purpose text, p_function regproc)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_table constant text := (select c.relname from pg_catalog.pg_class c where c.oid = p_table);
  v_op text;
begin
  foreach v_op in array array['insert', 'update', 'delete'] loop
    execute format('create trigger %I after %s on %s referencing %s for each statement execute function %s()',
      v_table || '_' || p_purpose || '_' || v_op, v_op, p_table,
      concat_ws(' ', case when v_op <> 'insert' then 'old table as old_rows' end, case when v_op <> 'delete' then 'new table as new_rows' end),
      p_function);
  end loop;
end
$$;
comment on function private.watch_table(regclass, text, regproc) is
  'For migrations: creates the statement triggers <table>_<purpose>_insert, _update and _delete. Their transition tables are old_rows and new_rows.';

create trigger audit_append_only before delete or truncate on ops.audit
  for each statement execute function private.forbid_change();
