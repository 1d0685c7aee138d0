-- What:  private.known_trigger, the triggers that every database of Carrel has; missing_triggers() and restore_triggers().
-- Why:   a trigger that somebody dropped audits and refuses nothing more, and leaves no trace itself (O1, O4).
create table private.known_trigger (
  relation   text not null,
  name       text not null,
  definition text not null,
  constraint known_trigger_pkey primary key (relation, name)
);
comment on table private.known_trigger is 'The triggers as the migrations made them. Those of partitions follow from their parent.';
alter table private.known_trigger enable row level security;
create policy known_trigger_all_nobody on private.known_trigger for all to anon, authenticated using (false);

create function private.note_triggers()
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from private.known_trigger;
  insert into private.known_trigger (relation, name, definition)
  select c.oid::regclass::text, t.tgname, concat_ws('; ', pg_get_triggerdef(t.oid), case t.tgenabled
    when 'A' then format('alter table %s enable always trigger %I', c.oid::regclass, t.tgname)
    when 'R' then format('alter table %s enable replica trigger %I', c.oid::regclass, t.tgname) end)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace, 'private'::regnamespace)
    and not t.tgisinternal and not c.relispartition
$$;
comment on function private.note_triggers() is 'For migrations: notes the present triggers. A migration that creates or drops a trigger ends with this call.';

create function private.missing_triggers()
returns table (relation text, name text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select k.relation, k.name, k.definition from private.known_trigger k
  where to_regclass(k.relation) is not null and not exists (
    select from pg_trigger t where t.tgrelid = to_regclass(k.relation) and t.tgname = k.name)
  union all
  -- A partition has the triggers for rows from its parent, but not the one against TRUNCATE.
  select c.oid::regclass::text, c.relname || '_stays',
    format('create trigger %I before truncate on %s for each statement execute function private.forbid_change()', c.relname || '_stays', c.oid::regclass)
  from pg_class c
  where c.relispartition and c.relkind = 'r' and c.relnamespace in ('learner'::regnamespace, 'ops'::regnamespace) and not exists (
    select from pg_trigger t where t.tgrelid = c.oid and t.tgname = c.relname || '_stays')
$$;
comment on function private.missing_triggers() is 'Known triggers that were dropped, with the statement that creates each again.';

create function private.restore_triggers()
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_definition text;
  v_count integer := 0;
begin
  for v_definition in select t.definition from private.missing_triggers() t loop
    execute v_definition;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function private.restore_triggers() is 'Creates missing triggers again. Returns their number. For administrators, after the alarm trigger_missing.';
