-- What:  ops.seal_audit(), a job that makes leaves of new audit records and a checkpoint over all leaves.
-- Why:   a publish or an import pays nothing for the log. A record can be changed unseen only until the next minute (O1).

create function private.seal_leaves(p_from bigint, p_after bigint, p_records integer)
returns bigint
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  -- A salt is 16 random bytes. gen_random_uuid() has 122 random bits of its 128, and needs no extension.
  with sealed as (
    insert into ops.audit_leaf (leaf, audit, source_salt, source_hash, contents_salt, contents_hash, hash)
    select p_from + s.place - 1, (s.record).id, s.source_salt, s.source_hash, s.contents_salt, s.contents_hash,
      sha256('\x00'::bytea || convert_to(private.audit_record(s.record, s.source_hash, s.contents_hash), 'UTF8'))
    from (
      select r.*, private.audit_commitment(r.source_salt, (r.record).source) as source_hash,
        private.audit_commitment(r.contents_salt, private.audit_contents(r.record)) as contents_hash
      from (
        select a as record, row_number() over (order by a.id) as place,
          case when a.source is not null then uuid_send(gen_random_uuid()) end as source_salt,
          case when a.before is not null or a.after is not null then uuid_send(gen_random_uuid()) end as contents_salt
        from ops.audit a
        where a.id > p_after and not exists (select from ops.audit_leaf l where l.audit = a.id)
        order by a.id
        limit p_records
        offset 0
      ) r
    ) s
    returning 1)
  select count(*) from sealed
$$;
comment on function private.seal_leaves(bigint, bigint, integer) is
  'Makes leaves of at most p_records records with an id above p_after that have none, in the order of their ids. The first is number p_from. Returns their number.';

create function private.grow_frontier(p_frontier bytea[], p_size bigint)
returns bytea[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_frontier bytea[] := p_frontier;
  v_last integer := cardinality(p_frontier);
  v_size bigint := p_size;
  v_rest bigint;
  v_hash bytea;
begin
  for v_hash in select l.hash from ops.audit_leaf l where l.leaf >= p_size order by l.leaf loop
    v_size := v_size + 1;
    -- The leaf completes one subtree for each 0 at the end of the new size in binary form.
    v_rest := v_size;
    while v_rest % 2 = 0 loop
      v_hash := private.merkle_parent(v_frontier[v_last], v_hash);
      v_last := v_last - 1;
      v_rest := v_rest / 2;
    end loop;
    v_last := v_last + 1;
    v_frontier[v_last] := v_hash;
  end loop;
  return v_frontier[1:v_last];
end
$$;
comment on function private.grow_frontier(bytea[], bigint) is
  'The frontier after all leaves from number p_size on. p_frontier is the frontier of the leaves before. As ops.audit_checkpoint.frontier.';

create function private.seal_audit(p_records integer)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- The range of unsealed records is short. On a table without statistics a plan would read it whole.
set enable_seqscan = off
set jit = off
as $$
declare
  v_mark private.audit_mark;
  v_newest bigint;
  v_is_first_write boolean;
  v_have_ended boolean;
  v_size bigint;
  v_frontier bytea[];
  v_count bigint;
begin
  -- 1 One sealing at a time, and none beside an erasure (private.redact_audit()). The statements after the lock see what the sealing before has committed.
  perform pg_advisory_xact_lock(private.audit_log_lock());
  select * into strict v_mark from private.audit_mark;

  -- 2 A record becomes visible later than records with greater ids if its transaction is slow. So unsealed records are looked for from the
  --   settled id on. A transaction takes its number before it takes an id (private.audit()), and this one takes its number only after it has read the
  --   newest id: all ids up to that one belong to transactions with smaller numbers.
  v_is_first_write := pg_current_xact_id_if_assigned() is null;
  select coalesce(max(a.id), 0) into v_newest from ops.audit a;
  -- After a restore into another server numbers start over, and no earlier transaction is left.
  v_have_ended := pg_snapshot_xmin(pg_current_snapshot()) >= v_mark.next_xid or v_mark.next_xid > pg_current_xact_id();

  -- 3 This statement sees all records of the transactions that have ended.
  select c.size, c.frontier into v_size, v_frontier from ops.audit_checkpoint c order by c.size desc limit 1;
  v_size := coalesce(v_size, 0);
  v_count := private.seal_leaves(v_size, v_mark.settled, p_records);

  -- 4 With fewer leaves than asked for, all visible records are sealed.
  if v_count < p_records and v_have_ended then
    v_mark.settled := v_mark.next;
    if v_is_first_write then
      v_mark.next := greatest(v_mark.next, v_newest);
      v_mark.next_xid := pg_current_xact_id();
    end if;
    update private.audit_mark set settled = v_mark.settled, next = v_mark.next, next_xid = v_mark.next_xid;
  end if;

  if v_count > 0 then
    v_frontier := private.grow_frontier(coalesce(v_frontier, '{}'), v_size);
    insert into ops.audit_checkpoint (size, root, frontier) values (v_size + v_count, private.merkle_root(v_frontier), v_frontier);
  end if;
  return v_count;
end
$$;
comment on function private.seal_audit(integer) is 'The core of ops.seal_audit().';

create function ops.seal_audit(p_records integer default 50000)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.seal_audit(private.row_limit('p_records', p_records, 50000, 1000000));
end
$$;
comment on function ops.seal_audit(integer) is
  'Makes leaves of at most p_records new audit records, and a checkpoint over all leaves. Returns the number of new leaves. Admins and a job each minute.';

select private.schedule_job('audit_seal', '* * * * *', '1 minute', 'select ops.seal_audit()');
