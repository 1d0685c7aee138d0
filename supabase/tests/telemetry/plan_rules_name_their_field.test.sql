begin;
select plan(100);

-- A valid body for each type, and an invalid value for each rule.
create temporary table good (type text, body jsonb) on commit drop;
insert into good values
  ('outbox.created', '{"events": 3, "waiting": 0}'),
  ('outbox.attempted', '{"events": 50, "attempts": 1, "answered": false, "code": "network.timeout", "duration_ms": 3000}'),
  ('outbox.dead_lettered', '{"event_id": "01KAN000000000000000000001", "code": "event_too_large", "attempts": 7}'),
  ('cache.checked', '{"content_version": 1, "rows": 10, "damaged": 1, "duration_ms": 4}'),
  ('cache.refreshed', '{"from_version": 0, "to_version": 1, "rows": 5700, "duration_ms": 900}'),
  ('cache.repaired', '{"content_version": 1, "rows": 1, "whole": false, "duration_ms": 30}'),
  ('offline.used', '{"duration_ms": 3600000, "attempts": 20, "reads": 40, "local_reads": 40, "completed": true}'),
  ('app.failed', '{"code": "sqlite.busy", "place": "sync", "fatal": true}'),
  ('app.recovered', '{"code": "sqlite.busy", "duration_ms": 800}'),
  ('app.reported', '{"platform": "ios", "app_version": "1.4.0", "os_version": "17.5", "waiting": 3, "quarantined": 0, "held_back": 0, "dead": 0, "oldest_waiting_s": 60,
    "synced_s": 90, "content_version": 1, "damaged": false, "intact_s": 9, "clock_offset_ms": 12, "storage_used_mb": 40, "storage_free_mb": 900, "codes": ["network_failed"]}');
select set_eq('select type from good', $$ select type from private.event_type where kept_in = 'telemetry' $$, 'U9: every telemetry type has a case here');
select is(tests.send(tests.event(row_number() over ()::integer, type, body)), array['applied'], 'U9: a valid telemetry event is applied: ' || type || ' is applied') from good;
select is(tests.send(tests.event(100 + row_number() over ()::integer, type, body - 'code' - 'place')),
  array['applied'], 'U9: a telemetry event is applied without its optional fields: ' || type || ' without what may be absent') from good where type in ('outbox.attempted');

create temporary table bad on commit drop as
  select r.type, r.field, substr(r.field, 6) as name, row_number() over (order by r.place)::integer as n
  from private.event_rule r join private.event_type t using (type, version) where t.kept_in = 'telemetry';
select is(tests.send(tests.event(200 + b.n, b.type, g.body || jsonb_build_object(b.name, '{"no": 1}'::jsonb))),
  array['quarantined invalid_event ' || b.field], 'U9: a telemetry field of the wrong type is quarantined: ' || b.type || ' ' || b.field || ' has its form')
from bad b join good g using (type);
select is(tests.send(tests.event(300 + b.n, b.type, g.body || jsonb_build_object(b.name, -1000000000000000))),
  array['quarantined invalid_event ' || b.field], 'U9: a telemetry field out of range is quarantined: ' || b.type || ' ' || b.field || ' has its range')
from bad b join good g using (type) where jsonb_typeof(g.body -> b.name) = 'number';
select is(tests.send(tests.event(400, 'app.failed', jsonb_build_object('code', v, 'fatal', true))),
  array['quarantined invalid_event body.code'], 'U9: a telemetry code is quarantined: ' || left(v, 20))
from unnest(array['', 'Ünknown', 'Maria Meier', 'a b', '1st', repeat('x', 65)]) v;
select is((select count(*) from ops.telemetry where user_id = tests.learner()), 11::bigint, 'U9: quarantined events are not stored as telemetry');

select * from finish();
rollback;
