// Support at work while a learner's devices send: corrections, voids, mending, discards, replays and rebuilds, in any order between batches
// that are partly broken or from a correction not made yet.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type LearnerRows, project } from "../../../client-contract/contract/projection_model.ts";
import { ingest, testDatabase } from "./database.ts";
import { assertMissedNothing, follower } from "./follower.ts";
import { type Curriculum, fixedAnswer, type HistoryEvent, historyOf } from "./history.ts";
import { Releases } from "./releases.ts";
import { settings } from "./settings.ts";
import { pullRows, readLedger } from "./stamped.ts";

type Step =
  | { do: "send"; places: number[]; form: "right" | "broken" | "ahead" }
  | { do: "void" | "unvoid" | "mend"; pick: number }
  | { do: "correct"; pick: number; mastery: number }
  | { do: "discard" | "restore" | "replay" | "rebuild" };

const pick = fc.nat(1000);
const simple = fc.constantFrom<"discard" | "restore" | "replay" | "rebuild">(
  "discard",
  "restore",
  "replay",
  "rebuild",
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      places: fc.array(pick, { minLength: 1, maxLength: 12 }),
      form: fc.constantFrom<"right" | "broken" | "ahead">("right", "right", "broken", "ahead"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom<"void" | "unvoid" | "mend">("void", "unvoid", "mend"), pick }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("correct" as const), pick, mastery: fc.nat(100) }),
  },
  { weight: 3, arbitrary: simple.map((what) => ({ do: what })) },
);

interface Life {
  events: HistoryEvent[];
  /** Steps, and how many pages of five rows the device pulls after each before its connection is cut. */
  steps: [Step, number][];
}

/** An event as a device with a bug sends it, or one that has pulled a correction which the server does not know (any more). */
function bent(event: HistoryEvent, form: "right" | "broken" | "ahead"): HistoryEvent {
  if (form === "broken") return { ...event, body: { ...event.body, session_id: 7, skill_id: 7 } };
  if (form === "right" || !["attempt.recorded", "progress.advanced"].includes(event.type)) return event;
  return {
    ...event,
    body: { ...event.body, reset: { count: 1_000_001, event: "01KAN0000000000000ZZZZZZZZ" } },
  };
}

const stepAndPages = fc.tuple(step, fc.constantFrom(0, 1, 2, Infinity, Infinity));

/** An answer from a correction not made yet is mended, another one voided, and then support corrects. */
function supportedLife({ questions: [first, second] }: Curriculum, version: number): Life {
  const steps: Step[] = [
    { do: "send", places: [0], form: "ahead" },
    { do: "mend", pick: 0 },
    { do: "send", places: [1], form: "right" },
    { do: "void", pick: 0 },
    { do: "correct", pick: 0, mastery: 50 },
  ];
  return {
    events: [fixedAnswer(0, first?.id, version), fixedAnswer(1, second?.id, version)],
    steps: steps.map((step) => [step, Infinity]),
  };
}

/** What the ledger comes to, with what is voided marked so. */
function withVoids(rows: LearnerRows, voided: ReadonlySet<string>): LearnerRows {
  const mark = <R>(kind: string, of: Map<string, R>) =>
    new Map([...of].map(([id, row]) => [id, { ...row, voided: voided.has(`${kind} ${id}`) }]));
  return {
    ...rows,
    session: mark("session", rows.session),
    attempt: mark("attempt", rows.attempt),
    skill_progress: mark("skill_progress", rows.skill_progress),
  };
}

Deno.test("U3, I4, I5, I6, I8: rows equal the ledger, voids stay and nothing is lost after any actions of support", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const releases = new Releases("a1100000");
  await releases.publish(sql);
  await releases.publish(sql, [{ do: "answer", n: 0, choice: 2 }, { do: "move", n: 1, to: 0 }, {
    do: "toggle",
    n: 2,
  }]);
  const curriculum = releases.curriculum();
  const skills = [...new Set(curriculum.questions.map((question) => question.skill_id))];
  let [held, mended, corrected, voids] = [0, 0, 0, 0];

  const life: fc.Arbitrary<Life> = fc.record({
    events: historyOf(curriculum),
    steps: fc.array(stepAndPages, { minLength: 5, maxLength: 30, size: "max" }),
  });
  await fc.assert(
    fc.asyncProperty(life, async ({ events, steps }) => {
      const learner = crypto.randomUUID();
      const sent = new Set<string>();
      const voided = new Set<string>();
      const device = follower(sql, learner);
      const stuck = (...statuses: string[]) =>
        sql<{ id: string; event: string }[]>`
          select encode(sha256, 'hex') as id, private.uuid_to_ulid(event_id) as event from ops.quarantine
          where user_id = ${learner} and status = any (${statuses}) order by sha256`;
      await ingest(sql, learner, []);

      for (const [now, pages] of steps) {
        if (now.do === "send") {
          const batch = now.places.flatMap((place) => events[place % events.length] ?? []);
          for (const { id } of batch) sent.add(id);
          const { results } = await ingest(sql, learner, batch.map((event) => bent(event, now.form)));
          assert.ok(results.every(({ status }) => ["applied", "duplicate", "quarantined"].includes(status)));
          held += results.filter(({ code }) => code === "unknown_reset").length;
        } else if (now.do === "void" || now.do === "unvoid") {
          const all = [...device.rows.keys()].filter((key) => key !== "practice ").sort();
          const key = all[now.pick % Math.max(all.length, 1)];
          if (key === undefined) continue;
          const [kind, id] = key.split(" ");
          if (now.do === "void") {
            await sql`select public.support_void(${learner}, ${kind ?? ""}, ${
              id ?? ""
            }, 'a friend had the tablet')`;
            voided.add(key);
            voids++;
          } else {
            await sql`select public.support_unvoid(${learner}, ${kind ?? ""}, ${id ?? ""}, 'a mistake')`;
            voided.delete(key);
          }
        } else if (now.do === "correct") {
          await sql`select public.support_reset_progress(${learner}, ${
            skills[now.pick % skills.length] ?? ""
          }, 'agreed', ${now.mastery})`;
          corrected++;
        } else if (now.do === "mend") {
          const rows = await stuck("open", "held");
          const row = rows[now.pick % Math.max(rows.length, 1)];
          const event = events.find(({ id }) => id === row?.event);
          if (!row || !event) continue;
          const body = JSON.stringify({ ...event, version: 1, learner_id: learner });
          await sql`select * from public.mend_quarantined(${learner}, ${row.id}, ${body}::text::jsonb, 'by hand')`;
          mended++;
        } else if (now.do === "replay") {
          await sql`select * from public.replay_quarantined(${learner})`;
        } else if (now.do === "discard" || now.do === "restore") {
          const ids = (await stuck(...(now.do === "discard" ? ["open", "held"] : ["discarded"]))).map((
            { id },
          ) => id);
          if (ids.length === 0) continue;
          if (now.do === "discard") {
            await sql`select * from public.discard_quarantined(${learner}, ${ids}, 'of no use')`;
          } else await sql`select * from public.restore_quarantined(${learner}, ${ids}, 'of use')`;
        } else {
          await sql`select ops.rebuild_learner(${learner})`;
        }

        await device.pull(pages);
        const ledger = await readLedger(sql, learner);
        assert.deepEqual(await pullRows(sql, learner), withVoids(project(ledger), voided), `after ${now.do}`);
        const kept = new Set(
          (await stuck("open", "held", "superseded", "discarded")).map(({ event }) => event),
        );
        for (const { event } of ledger) kept.add(event.id);
        assert.deepEqual([...sent].filter((id) => !kept.has(id)), [], "every event is somewhere");
      }
      await assertMissedNothing(sql, learner, device);
    }),
    { ...settings(40), examples: [[supportedLife(curriculum, releases.head)]] },
  );
  assert.ok(held > 0 && mended > 0 && corrected > 0 && voids > 0, `${[held, mended, corrected, voids]}`);
});
