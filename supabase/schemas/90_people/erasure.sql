-- What:  the passes of an erasure: they delete all rows of some learners in bounded steps, behind the barrier.
-- Why:   thousands may ask for erasure at once, and the ledger of one may take hours: both must get on (O5).

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

create function private.erase_rows(p_users uuid[], p_rows integer, out rows integer, out finished uuid[])
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Each learner has the same share of a table, so that a huge ledger does not use up the rows of a hundred small ones.
  v_share constant integer := greatest(p_rows / greatest(cardinality(p_users), 1), least(p_rows, 100));
  v_table regclass;
  v_count integer;
  v_more uuid[];
begin
  rows := 0;
  finished := p_users;
  for v_table in select * from private.learner_tables()
  loop
    -- Many learners in one statement: each statement costs a millisecond for any number of them, and there is one for every partition.
    execute format($sql$
      with gone as (
        delete from %1$s where ctid = any (array(
          select x.ctid from unnest($1) u (id) cross join lateral (select t.ctid from %1$s t where t.user_id = u.id limit $2) x limit $3))
        returning user_id
      ),
      counted as (
        update ops.erasure e set rows = e.rows + g.number,
          tables = e.tables || jsonb_build_object(%2$L, coalesce((e.tables -> %2$L)::bigint, 0) + g.number)
        from (select user_id, count(*) as number from gone group by user_id) g
        where e.user_id = g.user_id
        returning e.user_id, g.number
      )
      select coalesce(sum(c.number), 0), array_agg(c.user_id) filter (where c.number >= $2) from counted c$sql$, v_table, regexp_replace(v_table::text, '_(\d{4}_\d\d|default)$', ''))
    into v_count, v_more using finished, v_share, p_rows - rows;
    rows := rows + v_count;
    -- Whoever has rows left here waits for the next pass, so that a foreign key never deletes a row.
    if v_more is not null then
      finished := array(select u.id from unnest(finished) u (id) where u.id <> all (v_more));
    end if;
    if rows >= p_rows then
      finished := '{}';
    end if;
    exit when finished = '{}';
  end loop;
end
$$;
comment on function private.erase_rows(uuid[], integer) is
  'Deletes at most p_rows rows of learners in ops.erasure. Returns their number, and the learners of whom no row is left.';

create function private.redact_audit(p_users uuid[], p_rows integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_objects constant text[] := private.learner_objects();
  v_count integer;
begin
  -- A sealing that sees the texts of before would make salted leaves of them after they are gone. So it ends first, or it begins after this transaction.
  perform pg_advisory_xact_lock_shared(private.audit_log_lock());
  -- A learner who revoked a device called from their own address, so the source is removed too.
  update ops.audit a set before = null, after = null, source = case when a.actor::text is distinct from a.object_id then a.source end
  where a.id = any (array(
    select x.id
    from unnest(p_users) u (id)
    cross join lateral (
      select b.id from ops.audit b
      -- By the object names of learners' records: the id of another kind of object may be the same.
      where b.object_id = u.id::text collate "C" and b.action <> 'erase_learner'
        and b.object = any (v_objects)
        and (b.before is not null or b.after is not null or (b.actor = u.id and b.source is not null))) x
    limit p_rows));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.redact_audit(uuid[], integer) is
  'Removes erased learners'' data from at most p_rows records of the audit trail. Who did what, and when, stays. Returns their number.';

create function private.erase_learners(p_users uuid[], p_rows integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_users uuid[];
  v_adopted uuid[];
  v_pass record;
begin
  -- 1 The learners' locks, as in ingest. A batch that passed the barrier before it existed has committed by now, so its rows are visible.
  --   Later batches see the barrier. Busy learners wait for the next run.
  insert into learner.state (user_id) select e.user_id from ops.erasure e where e.user_id = any (p_users) order by e.user_id on conflict do nothing;
  v_users := array(
    select s.user_id from learner.state s join ops.erasure e on e.user_id = s.user_id where s.user_id = any (p_users)
    order by s.user_id for update of s skip locked);

  -- 2 An adopted learner goes with the account that has their data, and not alone: the request may mean the account. Each has a record of their own,
  --   which accounts in the audit log for the texts that the learner's records lose.
  with adopted as (
    insert into ops.erasure (user_id, reason, requested_by)
    select a.user_id, e.reason, e.requested_by from learner.adoption a join ops.erasure e on e.user_id = a.adopted_by where a.adopted_by = any (v_users)
    on conflict do nothing
    returning user_id
  )
  select coalesce(array_agg(a.user_id), '{}') into v_adopted from adopted a;
  perform private.audit('erase_learner', 'learner.state', e.user_id::text, null, jsonb_build_object('reason', e.reason)) from ops.erasure e where e.user_id = any (v_adopted);
  perform private.refuse_adopted(a.user_id) from learner.adoption a
  where a.user_id = any (v_users) and not exists (select from ops.erasure e where e.user_id = a.adopted_by);

  -- 3 The rows, and then the audit trail.
  v_pass := private.erase_rows(v_users, p_rows);
  if v_pass.finished <> '{}' and private.redact_audit(v_pass.finished, p_rows) < p_rows then
    delete from learner.state s where s.user_id = any (v_pass.finished);
    update ops.erasure e set erased_at = clock_timestamp(), failures = 0, last_error = null where e.user_id = any (v_pass.finished);
    perform private.issue_receipts(v_pass.finished);
  end if;
  return v_pass.rows;
end
$$;
comment on function private.erase_learners(uuid[], integer) is
  'One pass: deletes at most p_rows rows of learners in ops.erasure and returns their number. Sets erased_at where none are left.';

create function private.erase_or_bisect(p_users uuid[], p_rows integer, p_until timestamptz)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count constant integer := cardinality(p_users);
begin
  update ops.erasure e set tried_at = clock_timestamp() where e.user_id = any (p_users);
  return private.erase_learners(p_users, p_rows);
exception
  when others then
    if v_count = 1 then
      update ops.erasure e set tried_at = clock_timestamp(), failures = e.failures + 1, last_error = left(format('%s (%s)', sqlerrm, sqlstate), 300)
      where e.user_id = p_users[1];
      return 0;
    elsif clock_timestamp() >= p_until then
      return 0;
    end if;
    -- One learner whose rows can't be deleted must not stop the others. Halving finds them.
    return private.erase_or_bisect(p_users[1:v_count / 2], p_rows, p_until)
      + private.erase_or_bisect(p_users[v_count / 2 + 1:v_count], p_rows, p_until);
end
$$;
comment on function private.erase_or_bisect(uuid[], integer, timestamptz) is
  'erase_learners(); if it fails, for all but the learners who cause it. Their failure is recorded in ops.erasure. At p_until it stops searching. '
  'The caller has locked their rows of ops.erasure: waiting for one in the handler would undo the whole pass.';
