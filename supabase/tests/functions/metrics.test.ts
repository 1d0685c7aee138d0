// The function metrics: who may read it, what it says in both formats, and that Prometheus takes it.
import assert from "node:assert/strict";
import { ulid } from "ulid";
import postgres from "postgres";
import { expose, formatFor, type Snapshot } from "../../functions/metrics/exposition.ts";
import { COUNTERS, GAUGES, HISTOGRAMS } from "../../functions/metrics/families.ts";
import { metricsHandler } from "../../functions/metrics/handler.ts";
import { freePort } from "../../../scripts/local/postgres/port.ts";
import type { Stack } from "../../../scripts/local/stack.ts";
import { until } from "../../../scripts/local/until.ts";
import { anchorsOf } from "../../../scripts/check/markdown.ts";
import { hasPrometheus, promtool, startPrometheus } from "../../../scripts/testkit/prometheus.ts";
import { event, header, newLearner, push, startBench } from "./bench.ts";
import { testClock } from "./clock.ts";

const SNAPSHOT: Snapshot = {
  totals: [
    { metric: "events", label: 'a "quoted"\\type', value: 7 },
    { metric: "answer_delay", label: "+Inf", value: 1 },
    { metric: "answer_delay", label: "0.5", value: 2 },
    { metric: "answer_delay", label: "60", value: 3 },
    { metric: "answer_delay_ms", label: "", value: 90_500 },
  ],
  gauges: [{ metric: "quarantine_age", label: "", value: 12.5 }],
  figures: [
    { name: "sync_success", status: "ok", value: 0.9995, target: 0.999 },
    { name: "recovery", status: "unknown", value: null, target: 0.9 },
  ],
  measured_at: null,
  counted_until: 1_790_000_000.25,
};

Deno.test("O4: metrics are cumulative histograms, counters with _total and gauges, in the format that the client names", () => {
  const open = expose(SNAPSHOT, "openmetrics");
  const plain = expose(SNAPSHOT, "prometheus");
  for (
    const line of [
      "# TYPE carrel_events counter",
      'carrel_events_total{type="a \\"quoted\\"\\\\type"} 7',
      "carrel_dead_letters_total 0",
      "# TYPE carrel_answer_delay_seconds histogram",
      "# UNIT carrel_answer_delay_seconds seconds",
      'carrel_answer_delay_seconds_bucket{le="0.5"} 2',
      'carrel_answer_delay_seconds_bucket{le="60.0"} 5',
      'carrel_answer_delay_seconds_bucket{le="+Inf"} 6',
      "carrel_answer_delay_seconds_sum 90.5",
      "carrel_answer_delay_seconds_count 6",
      "carrel_quarantine_age_seconds 12.5",
      'carrel_health_value{figure="sync_success"} 0.9995',
      'carrel_health_status{figure="recovery",carrel_health_status="unknown"} 1',
      "# TYPE carrel_health_status stateset",
    ]
  ) assert.ok(open.split("\n").includes(line), line);
  assert.ok(open.endsWith("\n# EOF\n"), "OpenMetrics ends with its mark");
  assert.ok(
    !open.includes('carrel_health_value{figure="recovery"}'),
    "a figure without a value has no sample",
  );
  assert.ok(plain.includes("# TYPE carrel_events_total counter\n"));
  assert.ok(
    !/# (UNIT|EOF)|stateset/.test(plain),
    "the older format has neither units, nor an end, nor states",
  );
  // The marks and types apart, both formats have the same samples.
  const samples = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assert.deepEqual(samples(plain), samples(open));

  const accepted: [accept: string | null, format: string][] = [
    [null, "prometheus"],
    ["*/*", "prometheus"],
    ["text/plain", "prometheus"],
    ["application/openmetrics-text; version=1.0.0", "openmetrics"],
    [
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "openmetrics",
    ],
    ["application/openmetrics-text;q=0.1, text/plain;q=0.9", "prometheus"],
    ["application/openmetrics-text;q=0", "prometheus"],
  ];
  for (const [accept, format] of accepted) assert.equal(formatFor(accept), format, String(accept));
});

Deno.test("O4: scrapes of five seconds share one query, and a failed query is not kept", async () => {
  const clock = testClock();
  let queries = 0;
  let fails = true;
  const handler = metricsHandler(() => {
    queries++;
    return fails ? Promise.reject(new Error("no database")) : Promise.resolve(SNAPSHOT);
  }, clock);
  const request = new Request("http://carrel.test/metrics");
  const call = { request, url: new URL(request.url), path: "", learner: "service_role", session: null };
  await assert.rejects(handler(call), /no database/);
  fails = false;
  await Promise.all(Array.from({ length: 20 }, () => handler(call)));
  assert.equal(queries, 2);
  await clock.pass(5001);
  await handler(call);
  assert.equal(queries, 3);
});

Deno.test("O4: each alert has a runbook that exists and a case that fires, and alerts and dashboard name metrics that exist", async () => {
  const file = (path: string) => Deno.readTextFile(new URL(`../../../${path}`, import.meta.url));
  const rules = await file("docs/monitoring/rules.yml");
  const cases = await file("supabase/tests/monitoring/rules.test.yml");
  const page = await file("docs/runbook.md");
  const anchors = anchorsOf(page);
  const [incidents = ""] = page.split("\n## ");
  const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name);
  const alerts = named(rules, /alert: (\w+)/g);
  assert.ok(alerts.length > 10);
  const firing = named(cases, /alertname: (\w+)\n\s+exp_alerts:\n/g);
  assert.deepEqual(alerts.filter((alert) => !firing.includes(alert)), []);
  const runbooks = named(rules, /runbook_url: "\{\{ \$externalLabels\.runbook \}\}#(\S+)"/g);
  assert.equal(runbooks.length, alerts.length);
  for (const runbook of new Set(runbooks)) {
    assert.ok(anchors.has(runbook), runbook);
  }
  const unnamed = alerts.filter((alert) => !incidents.includes(`\`${alert}\``));
  assert.deepEqual(unnamed, [], "the table of incidents names each alert");
  const exposed = expose(SNAPSHOT, "prometheus");
  const families = named(exposed, /^# TYPE (\w+)/gm);
  const used = named(
    rules + await file("docs/monitoring/dashboard.json"),
    /\b(carrel_\w+?)(?:_bucket|_sum|_count)?\b(?!=|")/g,
  );
  assert.ok(used.length > 20);
  // A label of a state set has the name of its family.
  assert.deepEqual(used.filter((name) => !families.includes(name)), []);
  if (!await hasPrometheus("promtool's test of the alerts")) return;
  const { success, text } = await promtool([
    "test",
    "rules",
    new URL("../monitoring/rules.test.yml", import.meta.url).pathname,
  ]);
  assert.ok(success, text);
});

/** A scrape of the stack's function. */
function scrape(
  stack: Stack,
  credentials: string | null,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${stack.apiUrl}/functions/v1/metrics`, {
    headers: { ...headers, ...(credentials === null ? {} : { authorization: `Basic ${btoa(credentials)}` }) },
  });
}

Deno.test("O4: the endpoint of metrics", async (t) => {
  await using stack = await startBench({ jobs: false });
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  await using _closing = { [Symbol.asyncDispose]: () => sql.end() };
  const learner = await newLearner(stack);
  const reports = [
    ["outbox.created", { events: 1, waiting: 1 }],
    ["outbox.attempted", { events: 1, attempts: 1, answered: true, code: null, duration_ms: 140 }],
    ["outbox.dead_lettered", { event_id: ulid(), code: "given_up", attempts: 50 }],
    ["cache.checked", { content_version: 1, rows: 9, damaged: 1, duration_ms: 90 }],
    ["cache.refreshed", { from_version: 0, to_version: 1, rows: 9, duration_ms: 90 }],
    ["cache.repaired", { content_version: 1, rows: 9, whole: false, duration_ms: 90 }],
    ["offline.used", { duration_ms: 9000, attempts: 2, reads: 6, local_reads: 6, completed: true }],
    ["app.failed", { code: "audio.none", place: null, fatal: false }],
    ["app.recovered", { code: "audio.none", duration_ms: 800 }],
  ].map(([type, body]) => event(learner, { type, body }));
  const [question] = await sql<
    { id: string }[]
  >`select id from content.revision where kind = 'question' limit 1`;
  const answers = [0, 20].map((minutes) => {
    const at = Date.now() - minutes * 60_000;
    const body = {
      session_id: ulid(),
      question_id: question?.id,
      content_version: 1,
      answer: { choice: 1 },
      correct: true,
      duration_ms: 1,
    };
    return event(learner, {
      type: "attempt.recorded",
      id: ulid(at),
      occurred_at: new Date(at).toISOString(),
      body,
    });
  });
  await push(
    stack,
    learner,
    [header(learner), event(learner), ...answers].map((line) => JSON.stringify(line)).join("\n"),
  );
  await sql`select ops.roll_up_health('0')`;
  const offline = event(learner, {
    type: "offline.used",
    body: { duration_ms: 3_600_000, attempts: 1, reads: 6, local_reads: 6, completed: true },
  });
  await push(
    stack,
    learner,
    [header(learner), ...reports, offline].map((line) => JSON.stringify(line)).join("\n"),
  );
  await sql`update ops.health_setting set grace = '0'`;
  await sql`select ops.roll_up_health('0')`;
  await sql`select ops.measure_health()`;

  await t.step(
    "I9: only the user service_role with a secret key reads the metrics; everybody else gets 401",
    async () => {
      const refused: (string | null)[] = [
        null,
        "",
        "service_role",
        "service_role:",
        `service_role:${stack.publishableKey}`,
        `service_role:${learner.token}`,
        `postgres:${stack.secretKey}`,
        `:${stack.secretKey}`,
        `service_role:${stack.secretKey}x`,
      ];
      for (const credentials of refused) {
        const answer = await scrape(stack, credentials);
        assert.equal(answer.status, 401, String(credentials));
        assert.equal(answer.headers.get("www-authenticate"), 'Basic realm="metrics"');
        assert.equal((await answer.json()).code, "unauthenticated");
      }
      const headers = { authorization: `Bearer ${stack.secretKey}` };
      const bearer = await fetch(`${stack.apiUrl}/functions/v1/metrics`, { headers });
      await bearer.body?.cancel();
      assert.equal(bearer.status, 401);
      const post = await fetch(`${stack.apiUrl}/functions/v1/metrics`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`service_role:${stack.secretKey}`)}` },
      });
      await post.body?.cancel();
      assert.equal(post.status, 405);
    },
  );

  const credentials = `service_role:${stack.secretKey}`;
  const plain = await scrape(stack, credentials);
  const text = await plain.text();
  await t.step(
    "O4: each family has a sample, and each sum and value of the database is in a family",
    async () => {
      assert.equal(plain.status, 200, text);
      assert.equal(plain.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
      assert.equal(plain.headers.get("cache-control"), "no-store");
      const stored = (await sql<{ metric: string }[]>`
      select distinct metric from ops.health_total union select metric from ops.health_gauge`).map((
        { metric },
      ) => metric);
      const known = [...COUNTERS, ...GAUGES, ...HISTOGRAMS].map(({ metric }) => metric);
      const sums = HISTOGRAMS.map(({ metric }) => `${metric}_ms`);
      assert.deepEqual(stored.filter((metric) => ![...known, ...sums].includes(metric)), []);
      assert.deepEqual(
        known.filter((metric) => !stored.includes(metric) && !metric.startsWith("alarms")),
        [],
      );
      assert.ok(
        text.includes("carrel_answer_delay_seconds_count 2\n") &&
          text.includes("carrel_answer_delay_offline_seconds_count 1\n"),
      );
    },
  );

  await t.step("O5: the metrics name no learner and no device", () => {
    assert.ok(!/[0-9a-f]{8}-[0-9a-f]{4}/.test(text));
  });

  if (!await hasPrometheus("promtool's check of the metrics, and a scrape")) return;
  await t.step("O4: promtool accepts the metrics without a complaint", async () => {
    assert.deepEqual(await promtool(["check", "metrics"], text), { success: true, text: "" });
  });

  await t.step(
    "O4: Prometheus scrapes the metrics as OpenMetrics with the configuration of the docs",
    async () => {
      const folder = await Deno.makeTempDir();
      const port = freePort();
      const address = new URL(stack.apiUrl).host;
      const config =
        (await Deno.readTextFile(new URL("../../../docs/monitoring/prometheus.yml", import.meta.url)))
          .replaceAll("REF.supabase.co", address).replaceAll("SECRET_KEY", stack.secretKey)
          .replaceAll("scheme: https", "scheme: http").replace(/interval: \w+/, "interval: 1s").replace(
            /timeout: \w+/,
            "timeout: 1s",
          )
          .replace("rules.yml", new URL("../../../docs/monitoring/rules.yml", import.meta.url).pathname);
      await Deno.writeTextFile(`${folder}/prometheus.yml`, config);
      const child = startPrometheus([
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]);
      try {
        const ask = async (path: string) => {
          const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`).catch(() => null);
          return answer?.ok ? (await answer.json()).data : (await answer?.body?.cancel(), null);
        };
        const query = async (expression: string) =>
          (await ask(`query?query=${encodeURIComponent(expression)}`))?.result ?? [];
        let targets: unknown = null;
        await until(() => `a scrape: ${JSON.stringify(targets)}`, async () => {
          targets = await ask("targets?state=active");
          return (await query('up{job="carrel"} == 1')).length === 1;
        }, 200);
        const [events] = await query('carrel_events_total{type="attempt.recorded"}');
        assert.equal(events?.value[1], "2");
      } finally {
        child.kill();
        await child.status;
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
});
