// What a schedule means: the functions that cron.schedule checks it with, and the worker asks.
import assert from "node:assert/strict";
import fc from "fast-check";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";
import { settings } from "../../../supabase/tests/properties/settings.ts";

// 22 November 2026 is a Sunday, 23 November a Monday.
const DUE: readonly [schedule: string, at: string, due: boolean][] = [
  ["* * * * *", "2026-11-22T10:10:59Z", true],
  ["10 10 22 11 0", "2026-11-22T10:10:00Z", true],
  ["10 10 22 11 7", "2026-11-22T10:10:00Z", true],
  ["11 * * * *", "2026-11-22T10:10:00Z", false],
  ["*/5 8-12/2 * nov sun", "2026-11-22T10:10:00Z", true],
  ["*/5 9-12/2 * * *", "2026-11-22T10:10:00Z", false],
  ["0,10-20/5,59 * * * *", "2026-11-22T10:15:00Z", true],
  ["0,10-20/5,59 * * * *", "2026-11-22T10:16:00Z", false],
  ["* * * JAN-MAR Mon,Wed", "2026-03-02T00:00:00Z", true],
  // Both days restricted: one is enough. One of them begins with a star: both must fit.
  ["* * 1 * mon", "2026-11-23T00:00:00Z", true],
  ["* * 23 * tue", "2026-11-23T00:00:00Z", true],
  ["* * 1 * tue", "2026-11-23T00:00:00Z", false],
  ["* * */2 * mon", "2026-11-23T00:00:00Z", true],
  ["* * */2 * mon", "2026-11-30T00:00:00Z", false],
  // GMT, whatever the session says.
  ["0 23 * * *", "2026-11-22T23:00:00Z", true],
];
const WRONG = [
  "",
  "* * * *",
  "* * * * * *",
  "60 * * * *",
  "* 24 * * *",
  "* * 0 * *",
  "* * 32 * *",
  "* * * 13 *",
  "* * * * 8",
  "*/0 * * * *",
  "5/10 * * * *",
  "5-1 * * * *",
  "1,, * * * *",
  "* * $ * *",
  "@daily",
  "a * * * *",
  "mon * * * *",
  "0 seconds",
  "60 seconds",
  "-1 seconds",
  "1.5 seconds",
  "1 minute",
];

Deno.test("cron schedules", async (t) => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  await sql`create extension pg_cron with schema pg_catalog`;
  await sql`set time zone 'Asia/Tokyo'`;

  for (const [schedule, at, due] of DUE) {
    await t.step(`${schedule} is ${due ? "" : "not "}due at ${at}`, async () => {
      const [row] = await sql`select cron.is_due(${schedule}, ${at}::timestamptz) as due`;
      assert.equal(row?.due, due);
    });
  }
  for (const schedule of WRONG) {
    await t.step(`\`${schedule}\` is refused`, async () => {
      await assert.rejects(sql`select cron.schedule('x', ${schedule}, 'select 1')`, { code: "22023" });
      assert.equal((await sql`select from cron.job`).count, 0);
    });
  }
  await t.step("an interval of 1 to 59 seconds is parsed", async () => {
    const rows = await sql`select s, cron.interval_seconds(s) as n from unnest(
      '{1 second,30 seconds,59 Seconds," 5  seconds "}'::text[]) s`;
    assert.deepEqual(rows.map((r) => r.n), [1, 30, 59, 5]);
  });
  await t.step("a list of numbers names exactly those minutes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1 }), async (minutes) => {
        const rows = await sql<{ minute: number }[]>`
          select m as minute from generate_series(0, 59) m
           where cron.is_due(${`${
          minutes.join(",")
        } * * * *`}, '2026-11-22T10:00Z'::timestamptz + m * interval '1 minute')`;
        assert.deepEqual(rows.map((r) => r.minute), [...minutes].sort((a, b) => a - b));
      }),
      settings(25),
    );
  });
  await sql.end();
});
