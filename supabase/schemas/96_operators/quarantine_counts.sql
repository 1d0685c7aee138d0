-- What:  quarantine_counts(): how many events wait in quarantine, by code.
-- Why:   an operator sees which fault keeps events out, without a look at any learner's data (U3, O7).

create function private.quarantine_counts()
returns table (code text, status text, events bigint, learners bigint, oldest_at timestamptz, newest_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select q.code, q.status, count(*), count(distinct q.user_id), min(q.first_seen_at), max(q.last_seen_at)
  -- Counted to a limit, because an exact number is not needed.
  from (select w.* from ops.quarantine w where w.status in ('open', 'held') limit 100000) q
  group by q.code, q.status
  order by count(*) desc, q.code, q.status
  limit private.max_list_rows();
end
$$;
comment on function private.quarantine_counts() is 'The core of quarantine_counts().';

create function public.quarantine_counts()
returns table (code text, status text, events bigint, learners bigint, oldest_at timestamptz, newest_at timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.quarantine_counts();
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.quarantine_counts() is
  'Events that wait in quarantine, counted to 100,000: by code and status (open: support decides; held: the server retries them by itself), with the number of '
  'learners and the first and last arrival. Names no learner, so no reason is asked for. Support and admins. Errors: forbidden.';

grant execute on function private.quarantine_counts(), public.quarantine_counts() to authenticated, service_role;
