begin;
select plan(6);

-- One row of each kind for each of 20,000 minutes, written without the audit of edits by hand.
do $$
declare
  v_table text;
begin
  foreach v_table in array array['learner.batch', 'learner.event', 'ops.quarantine', 'ops.quarantine_action'] loop
    execute format('alter table %s disable trigger user', v_table);
  end loop;
end
$$;
create temporary table minute on commit drop as
  select n, now() - n * interval '1 minute' as at, sha256(n::text::bytea) as sha256 from generate_series(1, 20000) n;
insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
select tests.learner(), at, gen_random_uuid(), tests.device(), 0, 0, 0, 0, 0 from minute;
insert into learner.event (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version)
select tests.learner(), (left(private.ulid_floor(at)::text, 18) || right(gen_random_uuid()::text, 18))::uuid, 'session.started', 1, tests.device(), at, 0, '{}', at, 1 from minute;
insert into ops.quarantine (user_id, sha256, code, body, status, first_seen_at, last_seen_at)
select tests.learner(), sha256, 'invalid_json', 'x', 'open', at, at from minute;
-- Analysed before the next insert: the plan of the look-up is cached, and for an empty table it could be a scan.
analyze ops.quarantine;
insert into ops.quarantine_action (user_id, sha256, number, at, actor_role, action, outcome)
select tests.learner(), sha256, 1, at, 'postgres', 'replayed', 'open' from minute;
insert into ops.audit (at, actor_role, action, object, object_id) select at, 'postgres', 'look', 'learner.state', tests.learner()::text from minute;
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at) select tests.learner(), tests.device(), at, at from minute where n = 20000;
analyze learner.batch, learner.event, ops.quarantine_action, ops.audit;

create function pg_temp.blocks(p_mode text, p_after text, p_learner uuid default tests.learner()) returns integer language plpgsql
as $$
declare
  v_plan jsonb;
begin
  perform set_config('plan_cache_mode', p_mode, true);
  execute format('explain (analyze, buffers, timing off, format json) select * from public.support_timeline(%L, ''test'', %L, page_rows => 50)', p_learner, p_after) into v_plan;
  return (v_plan #>> '{0,Plan,Shared Hit Blocks}')::integer + (v_plan #>> '{0,Plan,Shared Read Blocks}')::integer;
end
$$;
create temporary table place (name text, cursor text) on commit drop;
insert into place values ('first', null);
insert into place select 'middle', private.timeline_cursor(at, 'batch', '0') from minute where n = 10000;
insert into place select 'last', private.timeline_cursor(at, 'batch', '0') from minute where n = 19980;
-- Custom and generic plans. The first run reads what planning needs.
create temporary table planned on commit drop as select pg_temp.blocks(mode, cursor) from place, unnest(array['force_custom_plan', 'force_generic_plan']) mode;
-- Sorting all rows of a learner took 691 to 1,268 blocks. A page takes 180 to 260. A learner without rows is the base: small tables may hold many dead
-- rows of earlier files.
select cmp_ok(pg_temp.blocks(mode, cursor) - pg_temp.blocks(mode, cursor, tests.learner(9)), '<', 400, format('O2: the %s page of a timeline of 100,000 rows reads few blocks (%s)', name, mode))
from place, unnest(array['force_custom_plan', 'force_generic_plan']) mode;

select * from finish();
rollback;
