-- What:  watch_put_back(), the triggers that notice rows of a backup that are loaded into a table that stays.
-- Why:   a restore of data alone, perhaps of one month, loses what came after it, but no object id changes (I11).

create function private.note_put_back()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Restores set this, and so does nobody who writes rows day by day. `alter table … enable trigger all` makes the trigger run always.
  if current_setting('session_replication_role') = 'replica' and exists (select from ops.history h where h.rotated_at <> now()) then
    perform private.renew_seed();
  end if;
  return null;
end
$$;
comment on function private.note_put_back() is 'Trigger: begins another history, once in a transaction, when a restore writes rows.';

create function private.watch_put_back(p_table regclass)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := (select c.relname from pg_class c where c.oid = p_table);
begin
  -- For rows, because a dump is loaded partition by partition. It costs nothing while the role is not `replica`.
  execute format('create trigger %I after insert or update or delete on %s for each row execute function private.note_put_back()', v_name || '_put_back', p_table);
  execute format('alter table %s enable replica trigger %I', p_table, v_name || '_put_back');
  if not exists (select from pg_trigger t where t.tgrelid = p_table and t.tgname = v_name || '_emptied') then
    execute format('create trigger %I after truncate on %s for each statement execute function private.new_seed()', v_name || '_emptied', p_table);
    execute format('alter table %s enable always trigger %I', p_table, v_name || '_emptied');
  end if;
end
$$;
comment on function private.watch_put_back(regclass) is
  'For migrations: the history changes when a session with `session_replication_role = replica` writes rows of this table, and when the table is emptied.';
