-- What:  the tracking plan: what a device tells about itself (U9), as event types with rules like any other.
-- Why:   how syncing, caches and offline use fare is known only on the device. Codes and numbers alone: no text that could be personal.
do $$
declare
  v_ulid constant text := '(%1$s.type() == "string" && %1$s like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")';
  v_int constant text := '(%1$s.type() == "number" && %1$s.floor() == %1$s && %1$s >= %2$s && %1$s <= %3$s)';
  v_code constant text := '(%1$s.type() == "string" && %1$s like_regex "^[a-z][a-z0-9_.]{0,63}$")';
  v_bool constant text := '%1$s.type() == "boolean"';
  v_maybe constant text := '(!exists(%1$s) || %1$s.type() == "null" || %2$s)';
begin
  insert into private.event_rule (type, version, place, field, rule)
  select r.type, 1, r.place, 'body.' || r.field,
    (case when r.optional then format(v_maybe, p.path, format(r.rule, p.path, r.least, r.most)) else format(r.rule, p.path, r.least, r.most) end)::jsonpath
  from (values
    (100, 'outbox.created', 'events', v_int, 1, 1000000, false),
    (101, 'outbox.created', 'waiting', v_int, 0, 1000000, false),
    (102, 'outbox.attempted', 'events', v_int, 0, 500, false),
    (103, 'outbox.attempted', 'attempts', v_int, 1, 1000000, false),
    (104, 'outbox.attempted', 'answered', v_bool, null, null, false),
    (105, 'outbox.attempted', 'code', v_code, null, null, true),
    (106, 'outbox.attempted', 'duration_ms', v_int, 0, 86400000, false),
    (107, 'outbox.dead_lettered', 'event_id', v_ulid, null, null, false),
    (108, 'outbox.dead_lettered', 'code', v_code, null, null, false),
    (109, 'outbox.dead_lettered', 'attempts', v_int, 0, 1000000, false),
    (110, 'cache.checked', 'content_version', v_int, 0, 2147483647, false),
    (111, 'cache.checked', 'rows', v_int, 0, 10000000, false),
    (112, 'cache.checked', 'damaged', v_int, 0, 10000000, false),
    (113, 'cache.checked', 'duration_ms', v_int, 0, 86400000, false),
    (114, 'cache.refreshed', 'from_version', v_int, 0, 2147483647, false),
    (115, 'cache.refreshed', 'to_version', v_int, 1, 2147483647, false),
    (116, 'cache.refreshed', 'rows', v_int, 0, 10000000, false),
    (117, 'cache.refreshed', 'duration_ms', v_int, 0, 86400000, false),
    (118, 'cache.repaired', 'content_version', v_int, 1, 2147483647, false),
    (119, 'cache.repaired', 'rows', v_int, 0, 10000000, false),
    (120, 'cache.repaired', 'whole', v_bool, null, null, false),
    (121, 'cache.repaired', 'duration_ms', v_int, 0, 86400000, false),
    (122, 'offline.used', 'duration_ms', v_int, 0, 2147483647, false),
    (123, 'offline.used', 'attempts', v_int, 0, 1000000, false),
    (124, 'offline.used', 'reads', v_int, 0, 10000000, false),
    (125, 'offline.used', 'local_reads', v_int, 0, 10000000, false),
    (126, 'offline.used', 'completed', v_bool, null, null, false),
    (127, 'app.failed', 'code', v_code, null, null, false),
    (128, 'app.failed', 'place', v_code, null, null, true),
    (129, 'app.failed', 'fatal', v_bool, null, null, false),
    (130, 'app.recovered', 'code', v_code, null, null, false),
    (131, 'app.recovered', 'duration_ms', v_int, 0, 86400000, false)
  ) r (place, type, field, rule, least, most, optional)
  cross join lateral (select '$.body.' || r.field as path) p;

  insert into private.event_type (type, version, rules, kept_in)
  select r.type, r.version, string_agg('(' || r.rule::text || ')', ' && ' order by r.place)::jsonpath, 'telemetry'
  from private.event_rule r
  where r.place between 100 and 131
  group by r.type, r.version;
end
$$;
