-- What:  run_erasures(), the job that continues all pending erasures for some seconds.
-- Why:   a run commits what it has deleted, so an erasure always gets on, however many wait (O5).

create function ops.run_erasures(p_rows integer default 200000, p_time interval default '10 seconds')
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- A row that somebody locks by hand delays its own learner, not the run: halving a pass of 100 waits for it seven times.
set lock_timeout = '200ms'
as $$
declare
  v_began constant timestamptz := clock_timestamp();
  v_users uuid[];
  v_again boolean;
  v_count integer;
  v_most integer;
  v_done integer := 0;
  v_error text;
begin
  perform private.require_role('admin');
  if private.is_upgrading() then
    perform private.record_job('erasures', null, null);
    return 0;
  end if;
  -- A run that was cancelled has done nothing. The next one takes half as many rows.
  v_most := greatest(private.row_limit('p_rows', p_rows, 200000, 10000000) >> least((select j.failures from ops.job j where j.name = 'erasures'), 10), 1);
  begin
    perform ops.end_grace_periods();
  exception when others then
    -- Erasures that were asked for go on meanwhile.
    v_error := format('The grace periods could not be ended: %s (%s)', sqlerrm, sqlstate);
  end;
  loop
    -- The least recently tried first, so that everybody gets on. A failed erasure waits for 2, 4, 8 … minutes, at most 6 hours. A row that
    -- somebody holds, such as a console with an open ops.erase_learner(), waits for a later run.
    select array_agg(d.user_id), bool_or(d.tried_at >= v_began) into v_users, v_again
    from (
      select e.user_id, e.tried_at from ops.erasure e
      where e.erased_at is null
        and (e.failures = 0 or e.tried_at < v_began - least(interval '1 minute' * 2 ^ least(e.failures, 10), interval '6 hours'))
      order by e.tried_at nulls first, e.requested_at, e.user_id
      limit 100
      for update skip locked
    ) d;
    -- Everybody who is left is busy.
    exit when v_users is null or (v_again and v_count = 0);
    v_count := private.erase_or_bisect(v_users, least(v_most - v_done, 20000), v_began + p_time);
    v_done := v_done + v_count;
    exit when v_done >= v_most or clock_timestamp() >= v_began + p_time;
  end loop;
  perform private.record_job('erasures', v_error, case when v_done > 0 then jsonb_build_object('rows', v_done) end);
  return v_done;
end
$$;
comment on function ops.run_erasures(integer, interval) is
  'Continues pending erasures until p_rows rows are deleted or p_time is over, in passes of 100 learners and 20,000 rows. Returns the number of rows. '
  'Runs by pg_cron; for admins.';

select private.schedule_job('erasures', '30 seconds', '1 minute', 'select ops.run_erasures()');
