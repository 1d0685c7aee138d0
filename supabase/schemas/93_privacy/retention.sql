-- What:  ops.retention(), what each table keeps and what the next run of its job would delete; ops.set_retention(), which changes it.
-- Why:   one list and one call for all tables, and a look before anything is deleted (O5). The jobs stay where their tables are.

create function private.retention_rules()
returns table (relation text, keep interval, keep_at_least interval, job text, arrived text, settled text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'ops.telemetry', (select make_interval(days => s.keep_days) from ops.telemetry_setting s), interval '31 days', 'telemetry', 'received_at', 'true'
  union all
  select 'learner.batch', (select make_interval(days => s.keep_batch_days) from ops.pressure_setting s), '31 days', 'batches', 'received_at', 'true'
  union all
  select 'ops.content_report', (select s.keep_reports from ops.content_setting s), '1 day', 'reports_prune', 'reported_at', 'true'
  union all
  select s.id, s.keep, s.keep_at_least, case s.id when 'ops.webhook_message' then 'webhooks_prune' else 'settled_prune' end,
    case s.id when 'ops.webhook_message' then 'created_at' else 'resolved_at' end,
    case s.id when 'ops.quarantine' then $c$x.status in ('superseded', 'discarded')$c$ else 'true' end
  from ops.retention_setting s
$$;
comment on function private.retention_rules() is
  'The tables with a retention: how long (null: for good) and at least, the job that deletes, the column with the time that counts, and which rows may go.';

create function private.retention(p_now timestamptz)
returns table (relation text, keep interval, job text, would_go bigint, oldest timestamptz, next_run_deletes_before timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rule record;
begin
  for v_rule in select * from private.retention_rules() r order by r.relation
  loop
    relation := v_rule.relation;
    keep := v_rule.keep;
    job := v_rule.job;
    next_run_deletes_before := p_now - v_rule.keep;
    -- A month goes as a whole, when its last day is old enough.
    if v_rule.keep is not null and v_rule.relation in ('ops.telemetry', 'learner.batch') then
      next_run_deletes_before := date_trunc('month', next_run_deletes_before at time zone 'utc') at time zone 'utc';
    end if;
    execute format('select count(*) filter (where x.%1$I < $1), min(x.%1$I) from %2$s x where %3$s', v_rule.arrived, v_rule.relation, v_rule.settled)
    into would_go, oldest using next_run_deletes_before;
    return next;
  end loop;
end
$$;
comment on function private.retention(timestamptz) is 'The core of ops.retention().';

create function ops.retention(p_now timestamptz default now())
returns table (relation text, keep interval, job text, would_go bigint, oldest timestamptz, next_run_deletes_before timestamptz)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return query select * from private.retention(p_now);
end
$$;
comment on function ops.retention(timestamptz) is
  'A dry run of retention: for each table how long its rows are kept (null: for good), the job that deletes, how many rows its next run would delete, the oldest '
  'row that may go, and the time before which rows go. It counts rows, so it may take long on a large project. Every other table is kept for good. For admins.';

create function ops.set_retention(p_relation text, p_keep interval, p_reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rule record;
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  select * into v_rule from private.retention_rules() r where r.relation = p_relation;
  if not found then
    perform private.raise_error('malformed_request', format('`p_relation` must be one of %s. All other tables are kept for good.',
      (select string_agg(r.relation, ', ' order by r.relation) from private.retention_rules() r)), 'p_relation');
  elsif p_keep is null and p_relation in ('ops.telemetry', 'learner.batch', 'ops.content_report') then
    perform private.raise_error('malformed_request', '`p_keep` may not be null for this table: it grows with every device.', 'p_keep');
  elsif p_keep is not null then
    perform private.require_interval('p_keep', p_keep, v_rule.keep_at_least, '3650 days');
  end if;
  case p_relation
    when 'ops.telemetry' then update ops.telemetry_setting set keep_days = ceil(extract(epoch from p_keep) / 86400) where true;
    when 'learner.batch' then update ops.pressure_setting set keep_batch_days = ceil(extract(epoch from p_keep) / 86400) where true;
    when 'ops.content_report' then update ops.content_setting set keep_reports = p_keep where true;
    else update ops.retention_setting s set keep = p_keep where s.id = p_relation;
  end case;
  perform private.audit('set_retention', p_relation, null, jsonb_build_object('keep', v_rule.keep), jsonb_build_object('keep', p_keep, 'reason', p_reason));
end
$$;
comment on function ops.set_retention(text, interval, text) is
  'Changes how long rows of a table are kept; null: for good. Nothing is deleted before the next run of the table''s job: look with ops.retention() first. For '
  'admins, with a reason; audited. Errors: forbidden, support_invalid, malformed_request.';
