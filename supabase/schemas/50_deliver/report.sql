-- What:  ops.content_report: caches that devices found damaged, and their repairs. Kept as long as the setting says.
-- Why:   a bad disk affects one device. The same skill on a thousand devices is a fault of the server (C6, O4).
create table ops.content_report (
  user_id     uuid not null,
  reported_on date not null,
  number      smallint not null,
  reported_at timestamptz not null,
  kind        text not null,
  version     integer not null,
  rows        integer not null,
  nodes       uuid[] not null,
  constraint content_report_pkey primary key (user_id, reported_on, number),
  -- A device that repairs in a loop adds at most 20 rows a day.
  constraint content_report_number_in_range check (number between 1 and 20),
  constraint content_report_kind_known check (kind in ('mismatch', 'repair')),
  constraint content_report_counts_not_negative check (version >= 1 and rows >= 0),
  constraint content_report_nodes_count check (cardinality(nodes) <= 200)
);
-- For pruning, across all learners.
create index content_report_reported_on_idx on ops.content_report (reported_on);
comment on table ops.content_report is 'Devices'' reports about their caches. At most 20 per learner and day (UTC); further reports are dropped.';
alter table ops.content_report enable row level security;
create policy content_report_all_nobody on ops.content_report for all to anon, authenticated using (false);

create function private.report_content(p_user uuid, p_session uuid, p_report text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_day constant date := (v_now at time zone 'utc')::date;
  v_report jsonb;
  v_field text;
begin
  if private.is_jsonb(p_report) then
    v_report := p_report::jsonb;
  end if;
  v_field := case
    when v_report is null or jsonb_typeof(v_report) <> 'object' then 'body'
    when v_report ->> 'kind' is null or v_report ->> 'kind' not in ('mismatch', 'repair') then 'kind'
    when coalesce(jsonb_typeof(v_report -> 'version'), '') <> 'number' or v_report ->> 'version' !~ '^[1-9]\d{0,8}$' then 'version'
    when coalesce(jsonb_typeof(v_report -> 'rows'), '') <> 'number' or v_report ->> 'rows' !~ '^\d{1,9}$' then 'rows'
    when coalesce(jsonb_typeof(v_report -> 'nodes'), '') <> 'array' then 'nodes'
    when jsonb_array_length(v_report -> 'nodes') > 200 or exists (
      select from jsonb_array_elements(v_report -> 'nodes') n (node)
      where jsonb_typeof(n.node) <> 'string' or n.node #>> '{}' !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') then 'nodes'
  end;
  if v_field is not null then
    perform private.raise_error('malformed_request', format('`%s` is missing or invalid.', v_field), v_field);
  end if;
  -- The learner's lock waits for an erasure under way, and gives simultaneous reports different numbers.
  insert into learner.state (user_id) values (p_user) on conflict do nothing;
  perform from learner.state s where s.user_id = p_user for update;
  perform private.refuse_absent(p_user);
  perform private.refuse_during_upgrade();
  perform private.require_session(p_user, p_session, null);
  insert into ops.content_report (user_id, reported_on, number, reported_at, kind, version, rows, nodes)
  select p_user, v_day, n.taken + 1, v_now, v_report ->> 'kind', (v_report ->> 'version')::integer, (v_report ->> 'rows')::integer,
    array(select (e.node)::uuid from jsonb_array_elements_text(v_report -> 'nodes') e (node))
  from (
    select count(*)::smallint as taken from ops.content_report r where r.user_id = p_user and r.reported_on = v_day
  ) n
  where n.taken < 20;
  return found;
end
$$;
comment on function private.report_content(uuid, uuid, text) is
  'Stores a report {kind, version, rows, nodes}. False: the learner has 20 reports today. Errors: malformed_request, erased, unauthenticated, session_ended, device_revoked.';

create function private.delete_reports(p_before date)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from ops.content_report r where r.reported_on < p_before;
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform private.audit('prune_content_reports', 'ops.content_report', null, jsonb_build_object('reports', v_count), null);
  end if;
  return v_count;
end
$$;
comment on function private.delete_reports(date) is 'Deletes the reports of earlier days and returns their number. Audited.';

create function ops.prune_content_reports(p_keep interval default null)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_keep constant interval := coalesce(p_keep, (select s.keep_reports from ops.content_setting s));
begin
  perform private.require_role('admin');
  perform private.require_interval('p_keep', v_keep);
  return private.delete_reports(((clock_timestamp() - v_keep) at time zone 'utc')::date);
end
$$;
comment on function ops.prune_content_reports(interval) is
  'Deletes reports older than p_keep (null: the setting) and returns their number. Admins and a nightly job.';

grant execute on function private.report_content(uuid, uuid, text) to carrel_edge;

select private.schedule_job('reports_prune', '53 3 * * *', '1 day', 'select ops.prune_content_reports()');
