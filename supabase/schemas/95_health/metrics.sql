-- What:  metrics(), which the Edge Function metrics reads: sums, measurements and figures in one call.
-- Why:   monitoring asks every few seconds. The call reads a few hundred rows, however much has arrived (O4).

create function private.metrics()
returns json
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object(
    'totals', (select coalesce(json_agg(json_build_object('metric', t.metric, 'label', t.label, 'value', t.amount) order by t.metric, t.label), '[]') from ops.health_total t),
    'gauges', (select coalesce(json_agg(json_build_object('metric', g.metric, 'label', g.label, 'value', g.value) order by g.metric, g.label), '[]') from ops.health_gauge g),
    'figures', (select json_agg(json_build_object('name', f.name, 'status', f.status, 'value', f.value, 'target', f.target)) from private.health_figures() f),
    'measured_at', (select extract(epoch from max(g.measured_at)) from ops.health_gauge g),
    'counted_until', (select extract(epoch from m.counted_until) from private.health_mark m))
$$;
comment on function private.metrics() is
  'The state of health for the Edge Function metrics: {totals, gauges, figures, measured_at, counted_until}, without personal data.';
grant execute on function private.metrics() to carrel_edge;
