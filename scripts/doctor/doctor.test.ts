// `npm run doctor`: each thing is broken once, its finding appears, nothing else turns red, and it is mended again.
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { throwAwayStack } from "../start/project.ts";
import { configureSignals } from "../start/signals.ts";
import { event, header, ndjson, newLearner, push } from "../../supabase/tests/functions/bench.ts";
import { anchorsOf } from "../check/markdown.ts";
import { makeBundle } from "./bundle.ts";
import { CHECKS } from "./checks.ts";
import { exitCodeOf, pageOf, runChecks } from "./run.ts";
import type { Target } from "./target.ts";
import { databaseFaults } from "../testkit/doctor/database_faults.ts";
import type { Fault } from "../testkit/doctor/fault.ts";
import { projectFaults } from "../testkit/doctor/project_faults.ts";
import { startProxy } from "../testkit/doctor/proxy.ts";
import { renderFindings } from "./text.ts";

/** What the advisors find is looked for once: the CLI takes seconds. */
const QUICK = CHECKS.map(({ name }) => name).filter((name) => name !== "advisors");
/** Each of these asks the gateway and five functions. A fault that is in the database alone is looked at without them. */
const OUTSIDE = CHECKS.filter(({ needs }) => needs.includes("url")).map(({ name }) => name);
const SLOW = [...OUTSIDE, "functions' role", "wake-up", "clock"];
/** On the way of a wake-up. */
const WAYS = [...SLOW, "extensions", "limits"];
const checksFor = (fault: Fault) =>
  WAYS.includes(fault.check) ? QUICK : QUICK.filter((name) => !SLOW.includes(name));
/** Makes the functions' sessions read-only, as the platform does when the disk is full. */
const READ_ONLY = "alter database postgres set default_transaction_read_only = on";
const WRITABLE =
  "set transaction_read_only = off; alter database postgres reset default_transaction_read_only";

Deno.test("O4: the doctor ends with status 1 where no check could be run", () => {
  assert.equal(exitCodeOf([{ status: "skipped", detail: "needs a database" }]), 1);
  assert.equal(exitCodeOf([{ status: "skipped", detail: "needs a key" }, { status: "ok", detail: "" }]), 0);
});

Deno.test("O4: the doctor", async (t) => {
  const folder = await Deno.makeTempDir();
  const secretsFile = join(folder, "secrets");
  await using stack = await throwAwayStack({ migrated: true, jobs: false, functions: { secretsFile } });
  const proxy = startProxy(stack.apiUrl);
  const admin = postgres(stack.dbUrl("supabase_admin"), { max: 1, onnotice: () => {} });
  await using _closing = {
    async [Symbol.asyncDispose]() {
      await admin.end();
      await proxy.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
  // One after the other: a busy machine would not start five processes in time.
  const reload = async () => {
    await stack.functions.reload();
    await stack.functions.warm();
  };
  await stack.functions.warm();
  const { publishableKey, secretKey } = stack;
  const target: Target = {
    isLocal: true,
    database: stack.dbUrl(),
    url: proxy.url,
    publishableKey,
    secretKey,
  };
  await configureSignals(stack.dbUrl(), proxy.url);
  // Nothing has run yet, and the database may be a copy of an old one.
  await admin`update ops.job set last_run_at = now(), last_ok_at = now()`;

  await t.step("O4: the doctor finds nothing to do in a project that is set up", async () => {
    const results = await runChecks(target);
    assert.deepEqual(results.filter(({ status }) => status !== "ok"), []);
    assert.deepEqual(results.map(({ check }) => check), CHECKS.map(({ name }) => name));
    assert.equal(exitCodeOf(results), 0);
    assert.match(renderFindings(results, false), /^ {2}ok {7}database .*\n\nDoctor: 19 ok\.$/s);
  });

  for (const fault of [...databaseFaults, ...projectFaults(new URL(stack.dbUrl()).port)]) {
    await t.step(`O4: the doctor finds a broken ${fault.check}: ${fault.says.source}`, async () => {
      if (fault.sql) await admin.unsafe(fault.sql[0]).simple();
      if (fault.answers) proxy.answers.set(...fault.answers);
      if (fault.secrets !== undefined) {
        await Deno.writeTextFile(secretsFile, fault.secrets);
        await reload();
      }
      try {
        const { now = Date.now } = fault;
        const changed: Partial<Target> = { ...fault.target };
        if (changed.management === "proxy") changed.management = proxy.url;
        const results = await runChecks({ ...target, ...changed }, { only: checksFor(fault), now });
        const red = results.filter(({ status }) => status === "failure" || status === "warning");
        assert.deepEqual([...new Set(red.map(({ check }) => check))], [fault.check], JSON.stringify(red));
        const found = red.find(({ detail }) => fault.says.test(detail));
        assert.ok(found, red.map(({ detail }) => detail).join("\n"));
        assert.equal(found.status, fault.status ?? "failure");
        assert.match(found.cure ?? "", /^[A-Z`].*\.$/);
        assert.equal(exitCodeOf(results), fault.status === "warning" ? 1 : 2);
      } finally {
        if (fault.sql) await admin.unsafe(fault.sql[1]).simple();
        if (fault.answers) proxy.answers.delete(fault.answers[0]);
        if (fault.secrets !== undefined) {
          await Deno.remove(secretsFile);
          await reload();
        }
      }
    });
  }

  await t.step("O4: the doctor shows what the advisors find", async () => {
    await admin.unsafe(
      "create table public.offender (id integer primary key); grant select on public.offender to anon",
    ).simple();
    const results = await runChecks(target, { only: ["database", "migrations", "advisors"] });
    await admin`drop table public.offender`;
    const red = results.filter(({ status }) => status !== "ok");
    assert.deepEqual(red.map(({ check, status }) => [check, status]), [["advisors", "warning"]]);
    assert.match(red[0]?.detail ?? "", /^rls_disabled_in_public: public\.offender\.$/);
  });

  await t.step("O4: a check skips what it is not given, and says what that is", async () => {
    const skips = async (part: Partial<Target>) => {
      const results = await runChecks({ isLocal: false, ...part }, { only: QUICK });
      assert.equal(exitCodeOf(results), 0, JSON.stringify(results));
      return results.filter(({ status }) => status === "skipped").map(({ check, detail }) =>
        `${check}: ${detail}`
      );
    };
    const { database, url } = target;
    assert.deepEqual(await skips({ database }), [
      "gateway: needs --url or SUPABASE_URL and SUPABASE_PUBLISHABLE_KEY",
      "signing keys: needs --url or SUPABASE_URL",
      "functions: needs --url or SUPABASE_URL",
      "secrets: needs --url or SUPABASE_URL and SUPABASE_SECRET_KEY",
      "connection: needs --url or SUPABASE_URL and SUPABASE_SECRET_KEY",
      "plan limits: needs --url or SUPABASE_URL and SUPABASE_SECRET_KEY",
    ]);
    const withUrl = await skips({ url, publishableKey });
    assert.ok(withUrl.includes("database: needs --db-url or SUPABASE_DB_URL"));
    assert.ok(withUrl.includes("secrets: needs SUPABASE_SECRET_KEY"));
    assert.ok(!withUrl.some((line) => /^(functions|gateway|signing keys):/.test(line)));
  });

  await t.step(
    "I9: the report for an issue has no key, token, password, address, host or id of a person",
    async () => {
      const planted = [
        "sb_secret_PlantedSecretKey12345678",
        "sb_publishable_Planted_12345678",
        "whsec_UGxhbnRlZFNlY3JldA==",
        "sbp_0123456789abcdef0123456789abcdef01234567",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
        "learner.name+tag@school.example.org",
        "1ea40000-0000-4000-8000-000000000001",
        "01KB8Q9T3V0000000000000001",
        "hunter2-planted",
        "db.abcdefghijklmnopqrst.supabase.co",
        "192.0.2.17",
        "2001:db8:0:0:0:0:0:17",
        "4f0c9d1be27a4f0c9d1be27a4f0c9d1be27a4f0c9d1be27a4f0c9d1be27a4f0c",
        "Zm9vYmFyQmF6UXV4MTIzNDU2Nzg5",
      ];
      const text = [
        ...planted.map((secret) => `x ${secret} y`),
        "password=hunter2-planted",
        "postgresql://carrel_edge.abcdefghijklmnopqrst:hunter2-planted@db.abcdefghijklmnopqrst.supabase.co:6543/postgres",
        `authorization: Bearer ${planted[4]}`,
      ].filter((line) => line !== "x hunter2-planted y").join("; ");
      await admin`update ops.job set failures = 1, last_error = ${text} where name = 'bundles'`;
      const results = await runChecks(target, {
        only: ["database", "migrations", "extensions", "jobs", "gateway", "functions"],
      });
      const bundle = await makeBundle(target, results);
      await admin`update ops.job set failures = 0, last_error = null where name = 'bundles'`;
      const known = [secretKey, publishableKey, new URL(stack.dbUrl()).host, new URL(proxy.url).host];
      for (const secret of [...planted, ...known, "abcdefghijklmnopqrst"]) {
        assert.ok(!bundle.includes(secret), `the report has ${secret}`);
      }
      const report = JSON.parse(bundle);
      assert.match(
        report.findings.find(({ check }: { check: string }) => check === "jobs").detail,
        /^The job bundles fails \(runs in a row: 1\): x <key> y; /,
      );
      assert.ok(report.database.jobs.length > 10);
      assert.ok(report.database.migrations.length > 5 && report.database.health.length > 5);
    },
  );

  await t.step(
    "I9: anybody reads a function's build; its set-up is for secret keys, without a value or a host",
    async () => {
      const ask = (apikey: string) =>
        fetch(`${stack.apiUrl}/functions/v1/sync/version`, { headers: { apikey } });
      for (const key of ["", publishableKey, `${secretKey}x`]) {
        assert.deepEqual(Object.keys(await (await ask(key)).json()), [
          "function",
          "contract",
          "build",
          "now",
        ]);
      }
      const { setup } = await (await ask(secretKey)).json();
      assert.deepEqual(setup, {
        secrets: {
          CARREL_DB_URL: true,
          CARREL_JWT_SECRET: false,
          CARREL_WEBHOOK_ALLOW_LOOPBACK: false,
          CARREL_AUTH_URL: false,
          CARREL_LEARNER_COMMENT: false,
        },
        database: { server: "database", role: "carrel_edge", tls: "none", login: "ok", code: null },
      });
      const post = await fetch(`${stack.apiUrl}/functions/v1/sync/version`, { method: "POST" });
      assert.equal((await post.json()).code, "unauthenticated");
    },
  );

  await t.step(
    "U8: while the database is read-only, a push is answered 503 and may be sent again",
    async () => {
      const learner = await newLearner(stack);
      await admin.unsafe(READ_ONLY);
      const { status, body, headers } = await push(stack, learner, ndjson(header(learner), event(learner)));
      await admin.unsafe(WRITABLE).simple();
      assert.deepEqual([status, body.code, body.retryable], [503, "overloaded", true]);
      assert.ok(Number(headers.get("retry-after")) > 0);
    },
  );

  await t.step("O4: after all faults are mended, the doctor finds nothing again", async () => {
    const results = await runChecks(target, { only: QUICK });
    assert.deepEqual(results.filter(({ status }) => status !== "ok"), []);
  });
});

Deno.test("O4: docs/doctor.md has a section for each check of the doctor", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/doctor.md", import.meta.url));
  const anchors = anchorsOf(page);
  for (const { name } of CHECKS) assert.ok(anchors.has(pageOf(name).split("#")[1] ?? ""), name);
});

Deno.test("O4: each incident of docs/runbook.md says how it shows, where to look, what to do and when it is over, and has a test", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/runbook.md", import.meta.url));
  const [, ...incidents] = page.split(/^## /m);
  assert.ok(incidents.length >= 10);
  for (const incident of incidents) {
    const title = incident.split("\n", 1)[0];
    for (const row of ["Shows as", "Learners notice", "Over when"]) {
      assert.match(incident, new RegExp(`^\\| ${row} \\| .{10,} \\|$`, "m"), `${title}: ${row}`);
    }
    assert.match(incident, /^\| Exercised by \| .*\.test\.(ts|sql)\)/m, `${title}: a test`);
    assert.match(incident, /^\*\*First look\.\*\* .*\n\n```sql|<!-- Not run/m, `${title}: a command`);
    assert.match(
      incident,
      /^\*\*(Cause and cure|Mend)\b|^\| (cause|what you see|stolen|alarm) \|/m,
      `${title}: a cure`,
    );
  }
});

Deno.test("O4: docs/runbook.md says what to do about each alarm", async () => {
  const file = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
  const page = (await file("docs/runbook.md")).split("## An alarm is raised")[1] ?? "";
  const sql = await file("supabase/schemas/90_people/alarms.sql");
  const names = [...sql.matchAll(/select '([a-z_]+)', /g)].map(([, name = ""]) => name);
  assert.ok(names.length > 10);
  assert.deepEqual(names.filter((name) => !page.includes(`\`${name}\``)), []);
});
