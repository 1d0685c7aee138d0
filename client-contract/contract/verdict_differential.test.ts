// zod and SQL give the same verdict on the same line.
import fc from "fast-check";
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../../scripts/start/project.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { eventLine, headerLine } from "../../scripts/testkit/contract/lines.ts";
import { MAX_EVENT_BYTES } from "./limits.ts";
import { checkEventLine, checkHeaderLine } from "./verdict.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const DEVICE = "d0000000-0000-4000-8000-000000000001";
const BATCH = 500;

/** What failed says which line it was; making lists of 500 smaller takes minutes. `examples` have a line for each verdict. */
const parameters = (examples: string[]) => ({
  ...settings(8),
  endOnFailure: true,
  examples: [[examples]] as [string[]][],
});

const cluster = await throwAwayCluster({ migrated: true });
const sql = postgres(cluster.url("postgres"), { max: 1 });
Deno.test.afterAll(async () => {
  await sql.end();
  await cluster[Symbol.asyncDispose]();
});

/** Arrays of 100 to 500 lines; `max` keeps fast-check from preferring short ones. */
const batchOf = (line: fc.Arbitrary<string>) =>
  fc.array(line, { minLength: BATCH / 5, maxLength: BATCH, size: "max" });

interface Verdict {
  code: string | null;
  field: string | null;
}

/** How often each verdict came up. */
function count(counts: Map<string, number>, { code, field }: Verdict) {
  const name = code === "invalid_event" ? `${code} ${field}` : code ?? "ok";
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const ULID = "01KAN000000000000000000000";
const EVENT = {
  id: ULID,
  type: "progress.advanced",
  version: 1,
  learner_id: LEARNER,
  device_id: DEVICE,
  occurred_at: "2026-11-22T10:00:00Z",
  utc_offset_minutes: 0,
  body: { skill_id: LEARNER, mastery: 1, completed: null, reset: null },
};
/** A line for each verdict. */
const EVENT_LINES = [
  EVENT,
  { ...EVENT, body: { ...EVENT.body, later: "x".repeat(MAX_EVENT_BYTES) } },
  { ...EVENT, learner_id: DEVICE },
  { ...EVENT, type: "session.paused" },
  { ...EVENT, version: 2 },
  [EVENT],
  { ...EVENT, id: 7 },
  { ...EVENT, occurred_at: "yesterday" },
  { ...EVENT, body: { ...EVENT.body, reset: 7 } },
].map((line) => JSON.stringify(line)).concat("{");

const HEADER = {
  batch_id: ULID,
  device_id: DEVICE,
  sent_at: "2026-11-22T10:00:00Z",
  platform: "web",
  contract_version: 1,
};
const HEADER_LINES = [
  HEADER,
  [HEADER],
  ...["batch_id", "device_id", "sent_at", "platform", "contract_version", "pull", "dead_letters"].map((
    field,
  ) => ({
    ...HEADER,
    [field]: -1,
  })),
].map((line) => JSON.stringify(line));

Deno.test("zod and SQL give the same verdict on the line of an event", async () => {
  const counts = new Map<string, number>();
  const property = fc.asyncProperty(batchOf(eventLine(LEARNER)), async (lines) => {
    const rows = await sql<(Verdict & { place: number })[]>`
      select place, case when code not in ('unknown_content', 'telemetry') then code end as code, field
      from unnest(private.read_events(${LEARNER}::uuid, ${["header", ...lines]}::text[], 0, null))
      order by place`;
    assert.equal(rows.length, lines.length);
    for (const [index, line] of lines.entries()) {
      const { code, field } = rows[index] ?? assert.fail();
      const verdict = checkEventLine(line, LEARNER);
      const zod: Verdict = verdict.ok
        ? { code: null, field: null }
        : { code: verdict.code, field: verdict.field };
      assert.deepEqual(zod, { code, field }, line);
      count(counts, { code, field });
    }
  });
  await fc.assert(property, parameters(EVENT_LINES));
  // A generator that has stopped reaching a verdict proves nothing about it.
  const expected = ["ok", "too_large", "invalid_json", "wrong_learner", "unknown_type", "unknown_version"];
  for (
    const name of [
      ...expected,
      "invalid_event ",
      "invalid_event id",
      "invalid_event occurred_at",
      "invalid_event body.reset",
    ]
  ) {
    assert.ok((counts.get(name) ?? 0) > 0, `no line was ${name}`);
  }
});

Deno.test("zod and SQL give the same verdict on the header of a batch", async () => {
  await sql`
    create function pg_temp.header_field(p_line text) returns text language plpgsql as $$
    declare
      v_field text;
    begin
      perform private.read_header(p_line);
      return null;
    exception
      when sqlstate 'CR020' then
        get stacked diagnostics v_field = pg_exception_detail;
        return v_field;
    end
    $$`;
  const counts = new Map<string, number>();
  const property = fc.asyncProperty(batchOf(headerLine), async (lines) => {
    const rows = await sql<{ field: string | null }[]>`
      select pg_temp.header_field(l.line) as field from unnest(${lines}::text[]) with ordinality l (line, place) order by l.place`;
    for (const [index, line] of lines.entries()) {
      const { field } = rows[index] ?? assert.fail();
      const verdict = checkHeaderLine(line);
      assert.equal(verdict.ok ? null : verdict.field, field, line);
      count(counts, { code: field, field });
    }
  });
  await fc.assert(property, parameters(HEADER_LINES));
  for (
    const name of [
      "ok",
      "",
      "batch_id",
      "device_id",
      "sent_at",
      "platform",
      "contract_version",
      "pull",
      "dead_letters",
    ]
  ) {
    assert.ok((counts.get(name) ?? 0) > 0, `no header was ${name || "no object"}`);
  }
});
