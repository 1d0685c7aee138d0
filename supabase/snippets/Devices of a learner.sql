-- Each device with its newest report, if it has sent one.
select d.device_id, d.platform, d.app_version, d.content_version, d.versions_behind, d.last_seen_at, d.revoked_at, r.at as reported_at, r.detail -> 'body' as report
from public.list_devices('1ea40000-0000-4000-8000-000000000001', reason => 'ticket 4711') d
left join lateral (
  select t.at, t.detail from public.support_timeline('1ea40000-0000-4000-8000-000000000001', reason => 'ticket 4711', page_rows => 1,
    with_kinds => '{report}', with_device => d.device_id) t) r on true;
