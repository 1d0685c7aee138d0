-- What:  projection_differences() and rebuild_learner(): support sees the learners behind the alarm and repairs their rows.
-- Why:   support gets the alarm and has no SQL console (O2, O4).

create function private.projection_differences(p_reason text, p_answers boolean, p_limit integer)
returns table (learner_id uuid, found_at timestamptz, rows integer, differences jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit constant integer := private.list_rows(p_limit);
  v_learners uuid[];
begin
  perform private.require_look(p_reason, p_answers);
  v_learners := array(
    select d.user_id from ops.projection_difference d
    where d.resolved_at is null and not exists (select from ops.erasure e where e.user_id = d.user_id)
    group by d.user_id order by min(d.found_at), d.user_id limit v_limit);
  perform private.audit_look('projection_differences', 'ops.projection_difference', v_learners,
    jsonb_build_object('reason', p_reason, 'answers', p_answers, 'limit', p_limit));
  return query
  select d.user_id, min(d.found_at), count(*)::integer,
    -- A sample: a fault may affect thousands of a learner's rows.
    jsonb_agg(jsonb_build_object('kind', d.kind, 'live', private.row_content(d.live, p_answers), 'rebuilt', private.row_content(d.rebuilt, p_answers),
      'id', case when d.kind in ('session', 'attempt') then private.uuid_to_ulid(d.row_id) else d.row_id::text end)
      order by d.number) filter (where d.number <= 10)
  from (
    select x.*, row_number() over (partition by x.user_id order by x.found_at, x.kind, x.row_id) as number
    from ops.projection_difference x
    where x.resolved_at is null and x.user_id = any (v_learners)
  ) d
  group by d.user_id
  order by min(d.found_at), d.user_id;
end
$$;
comment on function private.projection_differences(text, boolean, integer) is 'The core of projection_differences().';

create function public.projection_differences(reason text default null, page_learners integer default null, with_answers boolean default false)
returns table (learner_id uuid, found_at timestamptz, rows integer, differences jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.projection_differences(reason, with_answers, page_learners);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.projection_differences(text, integer, boolean) is
  'Learners whose rows differed from their ledger, longest known first, at most 500: the number of rows, and ten of them as {kind, id, live, rebuilt}. '
  'Null means no row. rebuild_learner() repairs them and clears the list. Support and admins give a reason; '
  'with_answers needs a grant. Audited. Errors: forbidden, support_invalid.';

create function private.rebuild_learner(p_learner uuid)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  perform private.lock_learner(p_learner);
  return ops.rebuild_learner(p_learner);
end
$$;
comment on function private.rebuild_learner(uuid) is 'The core of rebuild_learner().';

create function public.rebuild_learner(learner uuid)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A large ledger needs more than a user's 8 s: 5,000 events a second on 2 busy cores. PostgREST applies this setting.
set statement_timeout = '60s'
as $$
begin
  return private.rebuild_learner(learner);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.rebuild_learner(uuid) is
  'Rebuilds all of a learner''s rows from the ledger and returns the number of events. Voids stay. Devices pull every row '
  'again. Support and admins; audited. Errors: forbidden, record_unknown, erased.';

grant execute on function private.projection_differences(text, boolean, integer), public.projection_differences(text, integer, boolean), private.rebuild_learner(uuid),
  public.rebuild_learner(uuid) to authenticated, service_role;
