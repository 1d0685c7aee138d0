-- What:  how one event of a batch fared (private.result), and how the whole did (private.outcome): counts, and the list as devices read it.
-- Why:   every event gets a result, in the order of the request, with what the device needs to go on (U2).
-- Locks: none; new objects only.
-- Undo:  drop function private.outcome_of; drop type private.outcome, private.result.
create type private.result as (place integer, id text, status text, code text, field text, event_id uuid);
comment on type private.result is 'How one event fared: applied, duplicate, quarantined (code), or retry (code).';

create type private.outcome as (events integer, applied integer, duplicate integer, quarantined integer, retry integer, results json);
comment on type private.outcome is 'How a batch fared: how many events, how many of each status, and all results as the device reads them.';

create function private.outcome_of(p_results private.result[])
returns private.outcome
language plpgsql
stable
set search_path = ''
as $$
declare
  v_outcome private.outcome;
begin
  select count(*), count(*) filter (where r.status = 'applied'), count(*) filter (where r.status = 'duplicate'),
    count(*) filter (where r.status = 'quarantined'), count(*) filter (where r.status = 'retry'),
    -- Put together by hand where nothing needs to be escaped: json_build_object takes three times as long.
    ('[' || coalesce(string_agg(
      case
        when r.code is null then '{"id":"' || r.id || '","status":"' || r.status || '"}'
        else json_strip_nulls(json_build_object('id', r.id, 'status', r.status, 'code', r.code, 'field', r.field,
          'retryable', r.status = 'retry', 'retry_after_s',
          case when r.code = 'quarantine_full' then (select q.retry_after_s from ops.quarantine_setting q) when r.status = 'retry' then 3600 end))::text
      end, ',' order by r.place), '') || ']')::json
  into v_outcome
  from unnest(p_results) r;
  return v_outcome;
end
$$;
comment on function private.outcome_of(private.result[]) is
  'Sums a batch''s results up, in the order of the request; one that is not taken says whether to send it again, and when.';
