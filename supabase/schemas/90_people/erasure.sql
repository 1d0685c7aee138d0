-- What:  erase_learner(): deletes all rows of a learner in bounded steps and leaves a barrier. Deleting an account starts it too.
-- Why:   learners may ask for erasure (O5), and a ledger of some years is too large for one transaction.

create function private.note_erasures(p_erasures jsonb)
returns integer
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with noted as (
    insert into ops.erasure as e (user_id, reason, requested_at)
    -- A learner may be in the list twice: erased first, account deleted later.
    select distinct on (x.user_id) x.user_id, x.reason, coalesce(x.requested_at, now())
    from jsonb_to_recordset(p_erasures) as x (user_id uuid, reason text, requested_at timestamptz)
    order by x.user_id, x.reason = 'account_deleted' desc, x.requested_at
    on conflict (user_id) do update set reason = excluded.reason
    where e.reason <> excluded.reason and excluded.reason = 'account_deleted'
    returning 1
  )
  select count(*) from noted
$$;
comment on function private.note_erasures(jsonb) is
  'Adds learners to ops.erasure: [{user_id, reason, requested_at}]. Returns how many rows were added or changed to account_deleted.';

create function private.learner_tables()
returns setof regclass
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- From the catalogue, so that no new table is forgotten: every column user_id names a learner. Partitions are listed separately, because a
  -- ctid is valid within one. ops.erasure stays. learner.state, whose row is the lock, is deleted last.
  select c.oid::regclass
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('content', 'learner', 'ops') and c.relkind = 'r'
    and a.attname = 'user_id' and a.atttypid = 'uuid'::regtype and not a.attisdropped
    and c.oid not in ('ops.erasure'::regclass, 'learner.state'::regclass)
  -- Referencing tables come first: a row deleted by a foreign key would count as an edit by hand.
  order by exists (
    select from pg_constraint f join pg_attribute b on b.attrelid = f.confrelid and b.attname = 'user_id' where f.conrelid = c.oid) desc,
    n.nspname, c.relname
$$;
comment on function private.learner_tables() is 'The tables and partitions with rows of learners, except learner.state and ops.erasure.';

create function private.erase_rows(p_user uuid, p_rows integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_table regclass;
  v_left integer := p_rows;
  v_count integer;
begin
  for v_table in select * from private.learner_tables()
  loop
    execute format('delete from %s where ctid = any (array(select ctid from %1$s where user_id = $1 limit $2))', v_table) using p_user, v_left;
    get diagnostics v_count = row_count;
    v_left := v_left - v_count;
    exit when v_left <= 0;
  end loop;
  return p_rows - v_left;
end
$$;
comment on function private.erase_rows(uuid, integer) is 'Deletes at most p_rows rows of a learner and returns their number. Fewer than p_rows: none are left.';

create function private.redact_audit(p_user uuid)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  -- A learner who revoked a device called from their own address, so the source is removed too.
  update ops.audit a set before = null, after = null, source = case when a.actor is distinct from p_user then a.source end
  -- By the object names of learners' records, so that the index is used.
  where a.object in (
      select format('%s.%s', n.nspname, c.relname)
      from pg_attribute k join pg_class c on c.oid = k.attrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('content', 'learner', 'ops') and c.relkind in ('r', 'p') and not c.relispartition and k.attname = 'user_id' and not k.attisdropped)
    and a.object_id = p_user::text and a.action <> 'erase_learner'
    and (a.before is not null or a.after is not null or (a.actor = p_user and a.source is not null))
$$;
comment on function private.redact_audit(uuid) is
  'Removes an erased learner''s data from the audit trail. Who did what, and when, stays.';

create function private.erase_step(p_user uuid, p_rows integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows integer;
begin
  -- 1 The learner's lock, as in ingest. A batch that passed the barrier before it existed has committed by now, so its rows are visible.
  --   Later batches see the barrier.
  insert into learner.state (user_id) values (p_user) on conflict do nothing;
  perform from learner.state s where s.user_id = p_user for update skip locked;
  if not found then
    return 0;
  end if;

  v_rows := private.erase_rows(p_user, p_rows);
  if v_rows < p_rows then
    perform private.redact_audit(p_user);
    delete from learner.state s where s.user_id = p_user;
  end if;
  update ops.erasure e set
    rows = e.rows + v_rows, erased_at = case when v_rows < p_rows then clock_timestamp() end
  where e.user_id = p_user;
  return v_rows;
end
$$;
comment on function private.erase_step(uuid, integer) is
  'Deletes at most p_rows rows of a learner in ops.erasure and returns their number. Sets erased_at when none are left. 0 while the learner is busy.';

create function ops.run_erasures(p_rows integer default 20000)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user uuid;
  v_left integer := p_rows;
begin
  perform private.require_role('admin');
  for v_user in select e.user_id from ops.erasure e where e.erased_at is null order by e.requested_at, e.user_id
  loop
    v_left := v_left - private.erase_step(v_user, v_left);
    exit when v_left <= 0;
  end loop;
  perform private.record_job('erasures', null, case when v_left < p_rows then jsonb_build_object('rows', p_rows - v_left) end);
  return p_rows - v_left;
end
$$;
comment on function ops.run_erasures(integer) is
  'Continues pending erasures with at most p_rows rows (1 s for 20,000). Returns their number. Runs by pg_cron; for admins.';

create function ops.erase_learner(p_user uuid, p_reason text default 'requested')
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.note_erasures(jsonb_build_array(jsonb_build_object('user_id', p_user, 'reason', p_reason)));
  -- The record contains only the learner's id and the reason.
  perform private.audit('erase_learner', 'learner.state', p_user::text, null, jsonb_build_object('reason', p_reason));
  perform private.erase_step(p_user, 20000);
  return (select e.erased_at from ops.erasure e where e.user_id = p_user);
end
$$;
comment on function ops.erase_learner(uuid, text) is
  'Erases all rows of a learner permanently; their devices are refused as erased from then on. Returns the time of completion. Null: pg_cron '
  'continues. The account stays: delete it through Auth, which starts an erasure too. For admins; audited.';

create function private.queue_erasure()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Only notes the request, because deleting a user must neither fail nor wait for the erasure.
  perform private.note_erasures((select jsonb_agg(jsonb_build_object('user_id', o.id, 'reason', 'account_deleted')) from old_rows o));
  return null;
end
$$;
comment on function private.queue_erasure() is 'Trigger: after an account is deleted, the next run of ops.run_erasures() erases the learner.';

create trigger user_queue_erasure after delete on auth.users
  referencing old table as old_rows for each statement execute function private.queue_erasure();

select private.schedule_job('erasures', '30 seconds', '1 minute', 'select ops.run_erasures()');
