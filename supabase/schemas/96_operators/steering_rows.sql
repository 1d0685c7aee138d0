-- What:  steering_rows(), set_steering() and remove_steering(): what the server asks of apps, read and changed over the API.
-- Why:   the kill switch must be within an operator's reach, with a reason and a trace, and without SQL (U8, O1, O7).

create function private.steering_rows(p_limit integer)
returns setof ops.steering
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('support', 'admin');
  return query
  select s.* from ops.steering s
  order by coalesce(s.platform, s.app_from, s.app_before) is not null, s.platform nulls first, private.app_version(s.app_from) nulls first, s.id
  limit private.list_rows(p_limit);
end
$$;
comment on function private.steering_rows(integer) is 'The core of steering_rows().';

create function private.steering_settings(p_settings jsonb, p_row ops.steering)
returns ops.steering
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unknown text;
begin
  if jsonb_typeof(p_settings) is distinct from 'object' or p_settings = '{}' or octet_length(p_settings::text) > 8192 then
    perform private.raise_error('malformed_request', '`settings` must be a JSON object with at least one setting, of at most 8192 bytes.', 'settings');
  end if;
  -- The range names the row, so it is no setting.
  select k into v_unknown from jsonb_object_keys(p_settings) k
  where k in ('id', 'platform', 'app_from', 'app_before') or not to_jsonb(p_row) ? k limit 1;
  if v_unknown is not null then
    perform private.raise_error('malformed_request', format('`settings` has no setting %s.', left(v_unknown, 60)), 'settings');
  end if;
  return jsonb_populate_record(p_row, p_settings);
exception
  when data_exception then
    perform private.raise_error('malformed_request', '`settings` has a value of the wrong type.', 'settings');
end
$$;
comment on function private.steering_settings(jsonb, ops.steering) is
  'A row of steering with some settings changed. Raises malformed_request for an unknown setting or a value of the wrong type.';

create function private.set_steering(p_settings jsonb, p_reason text, p_platform text, p_from text, p_before text)
returns ops.steering
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row ops.steering;
  v_rule text;
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  if length(concat(p_from, p_before)) > 100 then
    perform private.raise_error('malformed_request', '`from_version` and `before_version` may have at most 100 characters together.', 'from_version');
  end if;
  -- One change at a time. The row of defaults always exists.
  perform from ops.steering s where coalesce(s.platform, s.app_from, s.app_before) is null for update;
  select * into v_row from ops.steering s
  where s.platform is not distinct from p_platform and s.app_from is not distinct from p_from and s.app_before is not distinct from p_before;
  v_row := private.steering_settings(p_settings, v_row);
  if v_row.id is null then
    insert into ops.steering (platform, app_from, app_before) values (p_platform, p_from, p_before) returning id into v_row.id;
  end if;
  -- Only what was asked for, so that two changes at a time do not undo each other. The names are columns: steering_settings() has checked them.
  execute format('update ops.steering s set %s where s.id = ($1).id returning *',
    (select string_agg(format('%1$I = ($1).%1$I', k), ', ') from jsonb_object_keys(p_settings) k)) into v_row using v_row;
  -- Triggers audit the row before and after.
  perform private.audit('set_steering', 'ops.steering', v_row.id::text, null, jsonb_build_object('reason', p_reason, 'settings', p_settings));
  return v_row;
exception
  when check_violation then
    get stacked diagnostics v_rule = constraint_name;
    perform private.raise_error('malformed_request', format('The change breaks the rule %s.', replace(substr(v_rule, 10), '_', ' ')), v_rule);
end
$$;
comment on function private.set_steering(jsonb, text, text, text, text) is 'The core of set_steering().';

create function private.remove_steering(p_row bigint, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  perform private.require_reason(p_reason);
  delete from ops.steering s where s.id = p_row and coalesce(s.platform, s.app_from, s.app_before) is not null;
  if not found then
    perform private.raise_error('malformed_request', '`steering` must be the id of a row that has a platform or versions.', 'steering');
  end if;
  perform private.audit('remove_steering', 'ops.steering', p_row::text, null, jsonb_build_object('reason', p_reason));
end
$$;
comment on function private.remove_steering(bigint, text) is 'The core of remove_steering().';
