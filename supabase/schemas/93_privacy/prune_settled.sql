-- What:  ops.prune_settled(), a nightly job that deletes settled rows of the quarantine and of projection differences.
-- Why:   a settled text may be personal and is of no use after some time, if the operator says so (O5). Open and held events always stay (U3).

create function private.delete_settled(p_quarantine timestamptz, p_differences timestamptz, p_rows integer)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows ops.quarantine[];
  v_differences bigint;
begin
  -- 1 Rows that a decision or a batch is changing wait for a later run.
  v_rows := array(
    select q from ops.quarantine q where q.status in ('superseded', 'discarded') and q.resolved_at < p_quarantine limit p_rows for update skip locked);

  -- 2 Actions first: a row that a foreign key deletes would look like an edit by hand.
  delete from ops.quarantine_action a using unnest(v_rows) r where a.user_id = r.user_id and a.sha256 = r.sha256;
  delete from ops.quarantine q using unnest(v_rows) r where q.user_id = r.user_id and q.sha256 = r.sha256;
  delete from ops.projection_difference d
  where d.ctid = any (array(select x.ctid from ops.projection_difference x where x.resolved_at < p_differences limit p_rows));
  get diagnostics v_differences = row_count;
  if v_rows <> '{}' or v_differences > 0 then
    perform private.audit('prune_settled', 'ops.quarantine', null, null, jsonb_build_object('quarantined', cardinality(v_rows), 'differences', v_differences));
  end if;
  return cardinality(v_rows) + v_differences;
end
$$;
comment on function private.delete_settled(timestamptz, timestamptz, integer) is
  'Deletes at most p_rows settled rows of each kind from before these times (null: none), and returns their number. Audited.';

create function ops.prune_settled(p_rows integer default 20000)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.delete_settled(
    (select now() - s.keep from ops.retention_setting s where s.id = 'ops.quarantine'),
    (select now() - s.keep from ops.retention_setting s where s.id = 'ops.projection_difference'), private.row_limit('p_rows', p_rows, 20000, 1000000));
end
$$;
comment on function ops.prune_settled(integer) is
  'Deletes superseded and discarded events, and resolved differences, that are older than ops.retention_setting says; by default none. Returns their '
  'number. Admins and jobs.';

select private.schedule_job('settled_prune', '3 4 * * *', '1 day', 'select ops.prune_settled() as pruned');
