// The classification of columns, exports and erasures, held to the catalogue: on random learners, with one database.
// CARREL_SEED repeats a run, CARREL_RUNS makes it longer.
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import assert from "node:assert/strict";
import postgres from "postgres";
import { ulid } from "ulid";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { throwAwayCluster } from "../start/project.ts";
import { columnsOf, learnerTables, TABLES } from "./columns.ts";
import { writeExport } from "./export.ts";
import { exportSchema } from "./export_schema.ts";
import { makeKeys, ReceiptFile, ReceiptFileText, signReceipt, verifyReceipt } from "./receipt.ts";

const SKILL = "2c8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";

/** What a random learner has sent. */
const batches = fc.array(
  fc.array(
    fc.constantFrom("session", "progress", "wrong", "unknown", "failure", "report", "broken"),
    { maxLength: 8 },
  ),
  { minLength: 1, maxLength: 4 },
);

function lineOf(kind: string, learner: string, device: string): string {
  const event = (type: string, body: object) =>
    JSON.stringify({
      id: ulid(),
      type,
      version: 1,
      learner_id: learner,
      device_id: device,
      occurred_at: new Date().toISOString(),
      utc_offset_minutes: 0,
      body,
    });
  switch (kind) {
    case "session":
      return event("session.started", { session_id: ulid(), content_version: 1 });
    case "progress":
      return event("progress.advanced", { skill_id: SKILL, mastery: 40 });
    case "wrong":
      return event("progress.advanced", { skill_id: SKILL, mastery: 400 });
    case "unknown":
      return event("quiz.finished", { score: 1 });
    case "failure":
      return event("app.failed", { code: "disk.full", fatal: false });
    case "report":
      return event("app.reported", {
        platform: "ios",
        waiting: 0,
        quarantined: 0,
        held_back: 0,
        dead: 0,
        content_version: 0,
        damaged: false,
        codes: [],
      });
    default:
      return `broken ${ulid()}`;
  }
}

/** Sends the batches of a learner with an account, and gives the learner a row in the other tables too. */
async function study(
  sql: postgres.Sql,
  learner: string,
  sent: readonly (readonly string[])[],
): Promise<void> {
  await sql`insert into auth.users (id, email) values (${learner}, ${`${learner}@carrel.test`})`;
  await sql`insert into auth.sessions (id, user_id) values (${learner}, ${learner})`;
  for (const [n, kinds] of sent.entries()) {
    const device = `de000000-0000-4000-8000-00000000000${n}`;
    const header = JSON.stringify({
      batch_id: ulid(),
      device_id: device,
      sent_at: new Date().toISOString(),
      contract_version: 1,
    });
    const lines = kinds.map((kind) => lineOf(kind, learner, device));
    await sql`select private.ingest_for(${learner}, ${learner}, ${[header, ...lines].join("\n")})`;
  }
  await sql`select private.report_content(${learner}, ${learner}, '{"kind": "mismatch", "version": 1, "rows": 1, "nodes": []}')`;
  await sql`insert into ops.projection_difference (user_id, kind, row_id, found_at, live) values (${learner}, 'session', ${learner}, now(), '{}')`;
  await sql`insert into ops.telemetry_horizon values (${learner}, ${learner}, ${learner})`;
  await sql`select count(*) from public.support_timeline(${learner}, 'a test')`;
}

/** Every row of every table, also of tables and columns that nobody thought of, whose text has the id. */
async function rowsAbout(sql: postgres.Sql, learner: string): Promise<Map<string, number>> {
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
    where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace, 'private'::regnamespace)
      and c.relkind in ('r', 'p') and not c.relispartition order by 1`;
  const found = new Map<string, number>();
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ rows: string }[]>(
      `select count(*) as rows from ${name} x where position($1 in to_jsonb(x)::text) > 0`,
      [learner],
    );
    if (Number(row?.rows) > 0) found.set(name, Number(row?.rows));
  }
  return found;
}

async function exportOf(sql: postgres.Sql, learner: string) {
  let text = "";
  const counts = await sql.begin((tx) =>
    writeExport(tx, learner, "a test", (piece) => {
      text += piece;
      return Promise.resolve();
    })
  );
  return { counts, archive: JSON.parse(text), text };
}

Deno.test("O5: every column is classified, and export and erasure cover every row of a random learner", async (t) => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(exportSchema());

  await t.step("O5: the classification has exactly the columns of the catalogue", async () => {
    const rows = await sql<{ name: string; columns: string[] }[]>`
      select n.nspname || '.' || c.relname as name, array_agg(concat_ws(' ', a.attname,
        replace(replace(format_type(a.atttypid, null), 'timestamp with time zone', 'timestamptz'), 'double precision', 'float8') || case when a.attnotnull then '' else '?' end)
        order by a.attnum) as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where n.nspname in ('content', 'learner', 'ops', 'private') and c.relkind in ('r', 'p') and not c.relispartition
      group by 1`;
    const catalogue = new Map(rows.map(({ name, columns }) => [name, columns.toSorted()]));
    const classified = new Map(
      Object.keys(TABLES).map((name) => [
        name,
        columnsOf(name).map((c) => `${c.name} ${c.type}${c.isNullable ? "?" : ""}`).toSorted(),
      ]),
    );
    const wrong = [...new Set([...catalogue.keys(), ...classified.keys()])].filter((name) =>
      JSON.stringify(catalogue.get(name)) !== JSON.stringify(classified.get(name))
    );
    const text = wrong.map((name) => `${name}: the catalogue has ${catalogue.get(name)?.join(", ")}`).join(
      "\n",
    );
    assert.deepEqual(
      wrong,
      [],
      `classify the columns of these tables in scripts/privacy/columns_<schema>.ts:\n${text}`,
    );
    for (const name of Object.keys(TABLES)) {
      const personal = columnsOf(name).some((column) => column.class !== undefined);
      assert.equal(personal, TABLES[name]?.erasure !== undefined, `${name} says what an erasure does`);
    }
  });

  await t.step("O5: an export has every row of a random learner, and an erasure leaves none", async () => {
    const exported = new Set(learnerTables());
    await fc.assert(
      fc.asyncProperty(batches, async (sent) => {
        const learner = crypto.randomUUID();
        const other = crypto.randomUUID();
        await study(sql, learner, sent);
        await study(sql, other, [["progress", "broken"]]);
        const others = await rowsAbout(sql, other);
        const { counts, archive, text } = await exportOf(sql, learner);
        assert.ok(validate(archive), JSON.stringify(validate.errors?.slice(0, 3)));
        const about = await rowsAbout(sql, learner);
        // The record of the export itself may be newer than the page of the trail.
        const trail = counts.get("ops.audit") ?? 0;
        assert.ok(trail > 0 && trail <= (about.get("ops.audit") ?? 0));
        for (const table of [...about.keys(), ...counts.keys()]) {
          if (table !== "ops.audit") assert.equal(counts.get(table), about.get(table), table);
          assert.ok(table === "ops.audit" || exported.has(table), table);
        }
        assert.ok(text.includes(`"email": "${learner}@carrel.test"`));

        await sql`select ops.erase_learner(${learner})`;
        const left = await rowsAbout(sql, learner);
        assert.deepEqual([...left.keys()].toSorted(), ["ops.audit", "ops.erasure"]);
        const [trace] = await sql`
          select count(*)::integer as rows from ops.audit a where a.object_id = ${learner} and (a.before is not null or a.after - 'reason' <> '{}') and a.action <> 'erase_learner'`;
        assert.equal(trace?.rows, 0, "the trail keeps who did what, and no content");
        assert.deepEqual(await rowsAbout(sql, other), others, "another learner's rows stay");
      }),
      { ...settings(4), endOnFailure: true },
    );
  });

  await t.step("O5: pages of one row give the same export", async () => {
    const learner = crypto.randomUUID();
    await study(sql, learner, [["session", "progress", "wrong", "failure", "broken", "broken"], [
      "session",
      "report",
    ]]);
    const rows = async (size: number) => {
      const all: string[] = [];
      for (let after: string | null = null;;) {
        const page: { text: string; cursor: string }[] = await sql`
          select concat_ws(' ', x.section, x.content) as text, x.cursor from private.export_page(${learner}, ${after}, ${size}) x`;
        if (page.length === 0) return all;
        all.push(...page.map(({ text }) => text));
        after = page.at(-1)?.cursor ?? null;
      }
    };
    const whole = await rows(500);
    assert.ok(whole.length > 15);
    assert.deepEqual(await rows(1), whole);
    assert.deepEqual(await rows(3), whole);
  });

  await t.step("O5: a receipt is verified without a database, and any change of it is found", async () => {
    const learner = crypto.randomUUID();
    await study(sql, learner, [["session", "progress"]]);
    await sql`select ops.erase_learner(${learner})`;
    const [row] = await sql`select ops.erasure_receipt(${learner}) as receipt`;
    const { privateKey, publicKey } = await makeKeys();
    const file = await signReceipt(ReceiptFile.parse(row?.["receipt"]), privateKey);
    const outcomes = async (receipt: ReceiptFile, o: { publicKey?: string; learner?: string }) =>
      (await verifyReceipt(receipt, o)).map(({ outcome }) => outcome).join(" ");
    assert.equal(await outcomes(file, { publicKey, learner }), "valid valid valid valid");
    assert.equal(await outcomes(file, {}), "valid valid unchecked unchecked");
    assert.equal(
      await outcomes(file, { publicKey, learner: crypto.randomUUID() }),
      "valid valid valid invalid",
    );
    const changed = { ...file, receipt: file.receipt.replace(/"rows" : \d+/, '"rows" : 1') };
    assert.notEqual(changed.receipt, file.receipt);
    assert.equal(await outcomes(changed, { publicKey, learner }), "invalid invalid invalid valid");
    const { publicKey: another } = await makeKeys();
    assert.equal(await outcomes(file, { publicKey: another }), "valid valid invalid unchecked");
    // A signature that was taken out, and texts that are no receipt.
    const { signature: _, ...unsigned } = file;
    assert.equal(await outcomes(unsigned, { publicKey: another }), "valid valid invalid unchecked");
    await assert.rejects(outcomes({ ...file, receipt: "no JSON" }, {}), /This is no receipt/);
    assert.equal(ReceiptFileText.safeParse("no JSON").success, false);
    assert.ok(!file.receipt.includes(learner));
  });
  await sql.end();
});
