// `npm run health`: what it shows of a database, in all three forms.
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../start/project.ts";
import { commandProcess, runProcess } from "../testkit/run_command.ts";
import { readHealth } from "./read.ts";
import { renderReport } from "./report.ts";
import { renderText } from "./text.ts";

Deno.test("O4: npm run health shows figures and hourly sums as a table, a page and JSON", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const url = cluster.url("postgres");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  // No job runs here, and the database may be a copy of an old one.
  await sql`update ops.job set last_run_at = now()`;
  await sql`
    insert into ops.health_hour (hour, metric, label, amount)
    select date_trunc('hour', now(), 'UTC') - h * interval '1 hour', m.metric, m.label, m.amount
    from generate_series(0, 2) h, (values ('events', 'session.started', 40), ('outbox_events', 'made', 1000), ('outbox_events', 'held', 980),
      ('answer_delay', '5', 10), ('answer_delay_ms', '', 60000), ('answer_delay_offline', '5', 2), ('answer_delay_offline_ms', '', 20000)) m (metric, label, amount)`;
  await sql.end();
  const health = await readHealth(url, 24);
  assert.equal(health.hours.length, 3);
  assert.deepEqual({ ...health.hours[0], hour: "" }, {
    hour: "",
    events: 40,
    answers: 8,
    delay_s: 40,
    made: 1000,
    held: 980,
  });

  const text = renderText(health, false);
  assert.match(text, /^Health since \d{4}-\d\d-\d\d \d\d:00 UTC: 1 failing/m);
  assert.match(text, /^ {2}failing +sync_success +98 % +at least 99\.9 % +3,000$/m);
  assert.match(text, /^ {2}ok +action_to_server +5 s +at most 5 min +24$/m);
  assert.ok(!text.includes("\x1b"), "without a terminal there are no colours");
  assert.ok(renderText(health, true).includes("\x1b[31mfailing"));

  const page = renderReport(health, Date.now(), 24);
  assert.equal([...page.matchAll(/<svg /g)].length, 3);
  assert.equal([...page.matchAll(/<rect /g)].length, 3);
  assert.ok(!/<script|https?:|<link|<img/.test(page), "the page needs nothing from elsewhere");
  assert.ok(renderReport({ ...health, hours: [] }, Date.now(), 24).includes("No data yet."));
});

Deno.test("O4: npm run health says in plain words that no database answers, and has no colours in a pipe", async () => {
  const { code, stderr } = await runProcess(
    commandProcess(new URL("main.ts", import.meta.url), ["--db-url", "postgres://nobody@127.0.0.1:1/x"]),
  );
  assert.equal(code, 1);
  assert.match(stderr, /^No database answers at 127\.0\.0\.1:1 \(ECONNREFUSED\)/);
});
