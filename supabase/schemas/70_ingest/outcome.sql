-- What:  how a batch fared (private.outcome): counts, and the results as devices read them.
-- Why:   every event gets a result, in the order of the request, with what the device needs to go on (U2).
create type private.outcome as (
  events integer, applied integer, duplicate integer, quarantined integer, retry integer, oldest timestamptz, results json);
comment on type private.outcome is
  'How a batch fared: how many events, how many of each status, when the oldest applied one occurred, and all results as the device reads them.';

create function private.outcome_of(p_events private.incoming[])
returns private.outcome
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outcome private.outcome;
  v_ids text;
  v_status text;
  v_rest text;
begin
  -- 1 Of most batches all events fare alike. Put together by hand, as nothing needs to be escaped: json_build_object takes three times as long.
  select count(*), count(*) filter (where e.code is null or e.code = 'telemetry'), count(*) filter (where e.code = 'duplicate'), 0, 0,
    min(e.occurred_at) filter (where e.code is null or e.code = 'telemetry'), string_agg(e.id_text, E'\n')
  into v_outcome.events, v_outcome.applied, v_outcome.duplicate, v_outcome.quarantined, v_outcome.retry, v_outcome.oldest, v_ids
  from unnest(p_events) e;
  v_status := case v_outcome.events when 0 then null when v_outcome.applied then 'applied' when v_outcome.duplicate then 'duplicate' end;
  if v_status is not null then
    v_rest := '","status":"' || v_status || '"}';
    v_outcome.results := '[{"id":"' || replace(v_ids, E'\n', v_rest || ',{"id":"') || v_rest || ']';
    return v_outcome;
  end if;

  -- 2 Else each for itself.
  select count(*) filter (where r.status = 'quarantined'), count(*) filter (where r.status = 'retry'),
    ('[' || coalesce(string_agg(
      case
        when r.status in ('applied', 'duplicate') then '{"id":"' || r.id_text || '","status":"' || r.status || '"}'
        else json_strip_nulls(json_build_object(
          'id', r.id_text, 'status', r.status, 'code', r.code, 'field', case when r.status = 'quarantined' then r.field end,
          'retryable', r.status = 'retry', 'retry_after_s', case
            when r.code = 'quarantine_full' then (select q.retry_after_s from ops.quarantine_setting q)
            when r.status = 'retry' then 3600
          end))::text
      end, ','), '') || ']')::json
  into v_outcome.quarantined, v_outcome.retry, v_outcome.results
  from (
    select e.id_text, e.code, e.field, case
      when e.code is null or e.code = 'telemetry' then 'applied'
      when e.code = 'duplicate' then 'duplicate'
      when e.code in ('wrong_learner', 'quarantine_full') then 'retry'
      else 'quarantined' end as status
    from unnest(p_events) e
    offset 0
  ) r;
  return v_outcome;
end
$$;
comment on function private.outcome_of(private.incoming[]) is
  'Sums up events that were applied, or not, in their order; one that is not taken says whether to send it again, and when.';
