-- What:  private.outcome, the result of a batch: counts, and the results in the form that devices read.
-- Why:   every event gets a result, in the order of the request, with what the device needs for its next step (U2).
create type private.outcome as (
  events integer, applied integer, duplicate integer, quarantined integer, retry integer, oldest timestamptz, results json);
comment on type private.outcome is
  'The result of a batch: the number of events, in total and by status, the time of the oldest applied event, and all results for the device.';

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
  -- 1 In most batches all events have the same status. Concatenation is safe, because nothing needs escaping; json_build_object takes three times as long.
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

  -- 2 Otherwise each event by its code, in the order of the lines.
  select count(*) filter (where r.status = 'quarantined'), count(*) filter (where r.status = 'retry'),
    ('[' || coalesce(string_agg(
      case
        when r.error is null then '{"id":"' || r.id_text || '","status":"' || r.status || '"}'
        else json_strip_nulls(json_build_object(
          'id', r.id_text, 'status', r.status, 'code', r.code, 'field', case when r.status = 'quarantined' then r.field end,
          'retryable', r.event_retryable,
          'retry_after_s', case when r.event_retryable then coalesce(r.event_retry_after_s,
            case r.code when 'daily_limit' then private.seconds_to_next_day() else (select q.retry_after_s from ops.quarantine_setting q) end) end))::text
      end, ',' order by r.place), '') || ']')::json
  into v_outcome.quarantined, v_outcome.retry, v_outcome.results
  from (
    select e.place, e.id_text, e.code, e.field, c.code as error, c.event_retryable, c.event_retry_after_s,
      coalesce(c.outcome, case e.code when 'duplicate' then 'duplicate' else 'applied' end) as status
    from unnest(p_events) e
    left join private.error_code c on c.code = e.code
  ) r;
  return v_outcome;
end
$$;
comment on function private.outcome_of(private.incoming[]) is
  'The result of events, in their order. The result of an event that was not accepted has its error, and when to retry.';
