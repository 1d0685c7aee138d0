-- What:  the functions for clients around steering_rows.sql.
-- Why:   the API shows no table of ops. The rows are the table's own, so that a new setting needs no change here (U8, O7).

create function public.steering_rows(page_rows integer default null)
returns setof ops.steering
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.steering_rows(page_rows);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.steering_rows(integer) is
  'The rows of steering, the defaults first, at most 500. In a row with a platform or versions, null means the value of the next more general row. '
  'Support and admins. Errors: forbidden.';

create function public.set_steering(
  settings jsonb, reason text, for_platform text default null, from_version text default null, before_version text default null)
returns setof ops.steering
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.set_steering(settings, reason, for_platform, from_version, before_version);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.set_steering(jsonb, text, text, text, text) is
  'Changes some settings of one row of steering, for a reason, and returns the row. for_platform and the versions name the row (app_from, app_before), '
  'none of them the defaults; a missing row is added. settings is an object such as {"paused": true, "pause_reason": "Back at 18:00.", "pause_s": 3600}; null: the value of the next more general row. '
  'Admins; audited with the row before and after. Errors: forbidden, support_invalid, malformed_request.';

create function public.remove_steering(steering bigint, reason text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.remove_steering(steering, reason);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.remove_steering(bigint, text) is
  'Removes a row of steering that has a platform or versions, for a reason. Apps get the values of the next more general row. Admins; audited. '
  'Errors: forbidden, support_invalid, malformed_request.';

grant execute on function private.steering_rows(integer), private.set_steering(jsonb, text, text, text, text), private.remove_steering(bigint, text),
  public.steering_rows(integer), public.set_steering(jsonb, text, text, text, text), public.remove_steering(bigint, text) to authenticated, service_role;
