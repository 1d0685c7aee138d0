// The sums of health against a recount of the raw rows, after anything that can happen to these rows: batches of old, new, repeated and broken
// events, reports before and after the events they are about, transactions that commit late, voids, rebuilds, and runs at any moment.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { ulid } from "ulid";
import { until } from "../../../scripts/local/until.ts";
import { ingest, testDatabase } from "./database.ts";
import { type Period, recount } from "./health_model.ts";
import type { HistoryEvent } from "./history.ts";
import { type Act, DEVICES, life, OFFLINE_LIFE, type Said } from "./health_life.ts";
import { settings } from "./settings.ts";

const GRACE_MS = 40;

const readMark = async (sql: postgres.Sql) => {
  const [mark] = await sql<{ counted: number; judged: number }[]>`
    select (extract(epoch from counted_until) * 1000000)::float8 as counted, (extract(epoch from judged_until) * 1000000)::float8 as judged
    from private.health_mark`;
  return mark ?? assert.fail();
};

const readSums = async (sql: postgres.Sql) =>
  new Map((await sql<{ key: string; amount: number }[]>`
    select to_char(hour at time zone 'utc', 'YYYY-MM-DD HH24') || ' ' || metric || ' ' || label as key, amount::float8 as amount
    from ops.health_hour where amount <> 0`).map(({ key, amount }) => [key, amount]));

/** Subtracts from the delays what reports have shown to be offline. */
function withoutOffline(sums: Map<string, number>): Map<string, number> {
  const rest = new Map<string, number>();
  for (const [key, amount] of sums) {
    const name = key.replace("answer_delay_offline", "answer_delay");
    rest.set(name, (rest.get(name) ?? 0) + (name === key ? amount : -amount));
  }
  return new Map([...rest].filter(([, amount]) => amount !== 0));
}

const sorted = (sums: Map<string, number>) =>
  Object.fromEntries([...sums].sort(([a], [b]) => a < b ? -1 : 1));

Deno.test("O4: the sums of health equal a recount of the raw rows, whatever arrives, commits, is voided or is rebuilt at whatever moment", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [question] = await sql<{ id: string }[]>`
    select id from content.revision where kind = 'question' limit 1`;
  assert.ok(question);
  await sql`update ops.health_setting set grace = ${`${GRACE_MS} milliseconds`}::interval`;
  const slow = database.connect();
  const rollUp = (on: postgres.Sql | postgres.TransactionSql = sql) => on`select ops.roll_up_health('0')`;
  const seen = new Set<string>();

  await fc.assert(
    fc.asyncProperty(life, async ({ events, steps }) => {
      // 1 The rows of this history alone count.
      await sql`delete from ops.health_hour`;
      await sql`delete from ops.health_total`;
      await sql`update learner.attempt set voided_at = null where voided_at is not null`;
      await sql`
        update private.health_mark set counted_until = now(), judged_until = now(), settled_until = now(), next_until = null, next_xid = null`;
      const start = await readMark(sql);
      const learners = [crypto.randomUUID(), crypto.randomUUID()];
      const session = ulid();
      const lines = events.map(({ what, device, ago, clockOffset }): HistoryEvent => {
        const at = Date.now() - ago;
        const answer = {
          session_id: session,
          question_id: question.id,
          content_version: 1,
          answer: { choice: at % 4 },
          correct: true,
          duration_ms: 1,
        };
        const named: Record<Exclude<Said, object>, { type: string; body: Record<string, unknown> }> = {
          answer: { type: "attempt.recorded", body: answer },
          broken: { type: "attempt.recorded", body: { ...answer, duration_ms: -1 } },
          broken_report: { type: "outbox.created", body: { events: 0, waiting: 0 } },
          session: { type: "session.started", body: { session_id: session, content_version: 1 } },
        };
        const { type, body } = typeof what === "string" ? named[what] : what;
        return {
          id: ulid(at),
          type,
          body,
          device_id: DEVICES[device - 1] ?? "",
          occurred_at: new Date(at).toISOString(),
          utc_offset_minutes: 0,
          clock_offset_ms: clockOffset,
        };
      });
      const chosen = (places: number[]) => places.flatMap((place) => lines[place % lines.length] ?? []);

      const check = async (after: string) => {
        const mark = await readMark(sql);
        const counted: Period = { from: start.counted, to: mark.counted };
        const judged: Period = { from: start.judged, to: mark.judged };
        const expected = await recount(sql, counted, judged, GRACE_MS * 1000);
        const sums = await readSums(sql);
        assert.deepEqual(sorted(withoutOffline(sums)), sorted(expected), `after ${after}`);
        for (const key of sums.keys()) seen.add(key.split(" ").slice(2).join(" "));
        const totals = new Map<string, number>();
        for (const [key, amount] of sums) {
          const name = key.split(" ").slice(2).join(" ");
          totals.set(name, (totals.get(name) ?? 0) + amount);
        }
        const stored = await sql<{ key: string; amount: number }[]>`
          select metric || ' ' || label as key, amount::float8 as amount from ops.health_total where amount <> 0`;
        assert.deepEqual(sorted(new Map(stored.map(({ key, amount }) => [key, amount]))), sorted(totals));
        const [answers] = await sql<{ shown: number; stored: number }[]>`
          select (select coalesce(sum(a.answers - a.voided), 0)::int from ops.answers_by_hour('-infinity', 'infinity') a) as shown,
            (select count(*)::int from learner.attempt x join learner.event e using (user_id, event_id)
              where x.voided_at is null and e.received_at >= m.counted_from
                and private.counted_at(e.user_id, e.event_id, e.received_at) < m.counted_until) as stored
          from (select counted_until, to_timestamp(${
          start.counted / 1e6
        }) as counted_from from private.health_mark) m`;
        assert.equal(answers?.shown, answers?.stored, `answers without voided ones after ${after}`);
      };

      // 2 Batches of further learners, whose transactions stay open for a while.
      const open: { end: (how: "commit" | "roll_back") => void; done: Promise<void> }[] = [];
      const sendSlowly = async (places: number[], skewMs: number) => {
        const learner = crypto.randomUUID();
        let end: (how: "commit" | "roll_back") => void = () => {};
        const ending = new Promise<"commit" | "roll_back">((resolve) => end = resolve);
        let done: Promise<void> = Promise.resolve();
        await new Promise<void>((sent, failed) => {
          done = slow.begin(async (tx) => {
            await ingest(tx, learner, chosen(places), skewMs);
            sent();
            if (await ending === "roll_back") throw new Error("rolled back");
          }).then(() => {}, (error: unknown) => {
            failed(error);
            if (!String(error).includes("rolled back")) throw error;
          });
        });
        open.push({ end, done });
      };

      const act = async ({ do: what, pick }: { do: Act; pick: number }, learner: string) => {
        if (what === "rebuild") {
          await sql`select ops.rebuild_learner(${learner})`;
        } else if (what === "mend") {
          const [row] = await sql<{ sha256: string; id: string }[]>`
            select encode(sha256, 'hex') as sha256, private.uuid_to_ulid(event_id) as id from ops.quarantine
            where user_id = ${learner} and status = 'open' and body like '%attempt.recorded%' limit 1`;
          const event = lines.find(({ id }) => id === row?.id);
          if (!row || !event) return;
          const mended = {
            ...event,
            body: { ...event.body, duration_ms: 5 },
            version: 1,
            learner_id: learner,
          };
          await sql`
            select * from public.mend_quarantined(${learner}, ${row.sha256}, ${
            JSON.stringify(mended)
          }::text::jsonb, 'by hand')`;
        } else {
          const attempts = await sql<{ id: string }[]>`
            select private.uuid_to_ulid(event_id) as id from learner.attempt where user_id = ${learner} order by event_id`;
          const attempt = attempts[pick % Math.max(attempts.length, 1)];
          if (!attempt) return;
          const call = what === "void" ? sql`public.support_void` : sql`public.support_unvoid`;
          await sql`select ${call}(${learner}, 'attempt', ${attempt.id}, 'a friend had the tablet')`;
        }
      };

      for (const now of steps) {
        if ("pick" in now) {
          await act(now, learners[now.learner] ?? "");
        } else if (now.do === "send") {
          await ingest(
            sql,
            learners[now.batch.learner] ?? "",
            chosen(now.batch.places),
            now.batch.skewMs,
          );
        } else if (now.do === "send_slowly") {
          if (open.length < 3) await sendSlowly(now.batch.places, now.batch.skewMs);
        } else if (now.do === "commit" || now.do === "roll_back") {
          const transaction = open.shift();
          transaction?.end(now.do);
          await transaction?.done;
        } else if (now.do === "roll_up") {
          await rollUp();
        } else if (now.do === "roll_up_twice") {
          await Promise.all([rollUp(), rollUp()]);
        } else if (now.do === "roll_up_in_vain") {
          await assert.rejects(sql.begin(async (tx) => {
            await rollUp(tx);
            throw new Error("rolled back");
          }));
        } else if (now.do === "wait") {
          await new Promise((resolve) => setTimeout(resolve, GRACE_MS / 2));
        }
        if (now.do.startsWith("roll_up")) await check(now.do);
      }

      // 3 In the end everything is counted.
      for (const transaction of open) {
        transaction.end("commit");
        await transaction.done;
      }
      const last = Date.now() * 1000;
      await until("everything to be counted", async () => {
        await rollUp();
        return (await readMark(sql)).judged > last;
      });
      await check("everything");
    }),
    { ...settings(15), examples: [[OFFLINE_LIFE]] },
  );
  for (
    const name of [
      "answers_offline ",
      "answer_delay_ms ",
      "outbox_events made",
      "outbox_events held",
      "results duplicate",
    ]
  ) {
    assert.ok(seen.has(name), `some history has ${name}`);
  }
});
