begin;
select plan(4);

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


-- Rows, not blocks: planning reads the catalogue again whenever a vacuum of another table has emptied its caches.
create function pg_temp.rows_read(p_newer boolean, p_at timestamptz) returns numeric language plpgsql
as $$
declare
  v_plan jsonb;
begin
  execute 'explain (analyze, timing off, format json) ' || private.timeline_query(
    array(select s.kind from private.timeline_sources() s), p_newer, p_at, 'batch', '0', '-infinity', 'infinity', false, false, false)
  into v_plan
  using tests.learner(), '-infinity'::timestamptz, 'infinity'::timestamptz, p_at, 'batch', '0', 50, false, null::uuid, null::text, null::uuid, null::uuid,
    private.learner_objects();
  return sum(((n ->> 'Actual Rows')::numeric + coalesce((n ->> 'Rows Removed by Filter')::numeric, 0)) * (n ->> 'Actual Loops')::numeric)
  from jsonb_path_query(v_plan, 'strict $.** ? (exists (@."Relation Name"))') n;
end
$$;
select cmp_ok(pg_temp.rows_read(newer, at), '<', 500.0, format('O2: %s of a timeline of 100,000 rows reads few rows', name))
from (values ('the first page', false, 'infinity'::timestamptz), ('the middle page', false, now() - interval '10000 minutes'),
  ('the last page', false, now() - interval '19980 minutes'), ('a page of newer rows', true, now() - interval '10000 minutes')) x (name, newer, at);

select * from finish();
rollback;
