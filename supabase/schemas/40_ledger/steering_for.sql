-- What:  steering_for(), which merges the rows of ops.steering for one app; require_running(), the kill switch.
-- Why:   an app gets one value per field, however many rows match.

create function private.steering_for(p_platform text, p_app_version text)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant integer[] := private.app_version(p_app_version);
  v_row ops.steering;
  v ops.steering;
begin
  -- Most specific first: a platform before all platforms, a version range before none, a later range before an earlier one.
  for v_row in
    select t.* from ops.steering t
    where (t.platform is null or t.platform = p_platform)
      and (t.app_from is null or private.app_version(t.app_from) <= v_version)
      and (t.app_before is null or v_version < private.app_version(t.app_before))
    order by t.platform is null, coalesce(t.app_from, t.app_before) is null,
      private.app_version(t.app_from) desc nulls last, private.app_version(t.app_before)
  loop
    v.batch_events := coalesce(v.batch_events, v_row.batch_events);
    v.retry_base_ms := coalesce(v.retry_base_ms, v_row.retry_base_ms);
    v.retry_cap_ms := coalesce(v.retry_cap_ms, v_row.retry_cap_ms);
    v.outbox_cap := coalesce(v.outbox_cap, v_row.outbox_cap);
    v.keep_sent_days := coalesce(v.keep_sent_days, v_row.keep_sent_days);
    v.poll_after_s := coalesce(v.poll_after_s, v_row.poll_after_s);
    v.listening_poll_after_s := coalesce(v.listening_poll_after_s, v_row.listening_poll_after_s);
    v.pause_s := coalesce(v.pause_s, v_row.pause_s);
    -- Fields that belong together come from one row.
    if v.paused is null then
      v.paused := v_row.paused;
      v.pause_reason := v_row.pause_reason;
    end if;
    if v.upgrade_to is null then
      v.upgrade_to := v_row.upgrade_to;
      v.upgrade_required_from := v_row.upgrade_required_from;
      v.upgrade_message := v_row.upgrade_message;
    end if;
  end loop;
  return json_build_object(
    'batch_events', v.batch_events,
    'retry_base_ms', v.retry_base_ms,
    -- Base and cap may come from different rows.
    'retry_cap_ms', greatest(v.retry_cap_ms, v.retry_base_ms),
    'outbox_cap', v.outbox_cap,
    'keep_sent_days', v.keep_sent_days,
    'poll_after_s', coalesce(v.poll_after_s, (select c.poll_after_s from ops.content_setting c)),
    'listening_poll_after_s', v.listening_poll_after_s,
    'paused', case when v.paused then json_build_object('reason', v.pause_reason, 'retry_after_s', v.pause_s) end,
    'upgrade', case when v.upgrade_to is not null then json_build_object(
      'to', v.upgrade_to, 'required_from', v.upgrade_required_from, 'message', v.upgrade_message) end);
end
$$;
comment on function private.steering_for(text, text) is
  'The settings for a client. Each field comes from the most specific row that sets it. An app of unknown version matches no version range.';

create function private.contact_interval()
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- A device adds up to a quarter to its interval. A contact without news is recorded at most every half hour.
  select greatest(interval '1 hour', make_interval(secs =>
    1.25 * greatest((select c.poll_after_s from ops.content_setting c), max(t.poll_after_s), max(t.listening_poll_after_s))))
  from ops.steering t
$$;
comment on function private.contact_interval() is 'The longest time between two contacts of a device that is online.';

create function private.require_running(p_platform text, p_app_version text)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_paused json;
begin
  -- A declared upgrade pauses every app, whatever the rows of ops.steering say.
  if exists (select from ops.history h where h.upgrade_until > clock_timestamp()) then
    perform private.refuse_during_upgrade();
  end if;
  -- Usually nothing is paused: one look-up in a table of one page.
  if exists (select from ops.steering s where s.paused) then
    v_paused := private.steering_for(p_platform, p_app_version) -> 'paused';
    if v_paused ->> 'reason' is not null then
      perform private.raise_error('paused', v_paused ->> 'reason', v_paused ->> 'retry_after_s', (v_paused ->> 'retry_after_s')::integer);
    end if;
  end if;
end
$$;
comment on function private.require_running(text, text) is 'Raises paused, with the seconds to wait, if the kill switch is on for this app, or an upgrade is expected.';
