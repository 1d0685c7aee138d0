-- What:  how a batch fared (private.outcome): counts, and the results as devices read them.
-- Why:   every event gets a result, in the order of the request, with what the device needs to go on (U2).
-- Locks: none; new objects only.
-- Undo:  drop function private.outcome_of; drop type private.outcome.
create type private.outcome as (
  events integer, applied integer, duplicate integer, quarantined integer, retry integer, oldest timestamptz, results json);
comment on type private.outcome is
  'How a batch fared: how many events, how many of each status, when the oldest applied one occurred, and all results as the device reads them.';

create function private.outcome_of(p_events private.incoming[])
returns private.outcome
language plpgsql
stable
set search_path = ''
as $$
declare
  v_outcome private.outcome;
begin
  select count(*), count(*) filter (where r.is_applied), count(*) filter (where r.is_duplicate),
    count(*) filter (where not (r.is_applied or r.is_duplicate or r.is_retried)), count(*) filter (where r.is_retried),
    min(r.occurred_at) filter (where r.is_applied),
    -- Put together by hand where nothing needs to be escaped: json_build_object takes three times as long.
    ('[' || coalesce(string_agg(
      case
        when r.is_applied then '{"id":"' || r.id_text || '","status":"applied"}'
        when r.is_duplicate then '{"id":"' || r.id_text || '","status":"duplicate"}'
        else json_strip_nulls(json_build_object(
          'id', r.id_text, 'status', case when r.is_retried then 'retry' else 'quarantined' end, 'code', r.code,
          'field', case when not r.is_retried then r.field end, 'retryable', r.is_retried,
          'retry_after_s', case
            when r.code = 'quarantine_full' then (select q.retry_after_s from ops.quarantine_setting q)
            when r.is_retried then 3600
          end))::text
      end, ','), '') || ']')::json
  into v_outcome
  from (
    select e.place, e.id_text, e.code, e.field, e.occurred_at,
      e.code is null or e.code = 'telemetry' as is_applied,
      coalesce(e.code = 'duplicate', false) as is_duplicate,
      coalesce(e.code in ('wrong_learner', 'quarantine_full'), false) as is_retried
    from unnest(p_events) e
    offset 0
  ) r;
  return v_outcome;
end
$$;
comment on function private.outcome_of(private.incoming[]) is
  'Sums up events that were applied, or not, in their order; one that is not taken says whether to send it again, and when.';
