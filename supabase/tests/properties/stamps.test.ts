// Releases between a learner's batches: each event is stamped with what was published when it arrived, those that are ahead of the server wait
// until it is not, and the rows are what the stamped events come to.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { project, type StampedEvent } from "../../../client-contract/contract/projection_model.ts";
import { ingest, testDatabase } from "./database.ts";
import { deliveriesOf, fixedAnswer, type HistoryEvent, historyOf } from "./history.ts";
import { type Edit, edits, Releases, type Stamp } from "./releases.ts";
import { settings } from "./settings.ts";
import { pullRows, readLedger } from "./stamped.ts";

const YEAR_MS = 365 * 86_400_000;
/** Releases of a history: the first, and those between its batches. */
const RELEASES = 4;
/** Stand for a run's own ids and versions, which are not known before. */
const RUN = "00000000";
const VERSIONS = Array.from({ length: RELEASES + 2 }, (_, n) => n);

interface Life {
  events: HistoryEvent[];
  steps: Step[];
}

type Step = { do: "send"; places: number[]; skewMs?: number } | { do: "publish"; changes: Edit[] } | {
  do: "job";
};

/** Events that name the version before the first release, each of the releases, or one that is not published in their run. */
const life: fc.Arbitrary<Life> = historyOf(new Releases(RUN).curriculum(VERSIONS), "any").chain((events) =>
  fc.record({
    deliveries: deliveriesOf(events.length),
    releases: fc.array(fc.tuple(fc.nat(99), fc.array(edits, { maxLength: 5, size: "max" })), {
      minLength: RELEASES - 1,
      maxLength: RELEASES - 1,
    }),
    jobs: fc.array(fc.nat(99), { maxLength: 2 }),
    skews: fc.array(fc.constantFrom(0, YEAR_MS, -YEAR_MS, -50_400_000), { minLength: 1, maxLength: 7 }),
  }).map(({ deliveries, releases, jobs, skews }) => {
    const steps: Step[] = deliveries.map((places, n) => ({
      do: "send",
      places,
      skewMs: skews[n % skews.length] ?? 0,
    }));
    for (const [at, changes] of releases) {
      steps.splice(at % (steps.length + 1), 0, { do: "publish", changes });
    }
    for (const at of jobs) steps.splice(at % (steps.length + 1), 0, { do: "job" });
    return { events, steps };
  })
);

/** One in which everything happens: answers to questions that are withdrawn, moved and changed meanwhile, of the version before, of that one and ahead. */
function fullLife(): Life {
  const { questions } = new Releases(RUN).curriculum();
  const answered = [[1, 1], [1, 1], [1, 2], [2, 1], [4, 1], [4, 2], [2, 3], [0, 3]] as const;
  const events = answered.map(([question, version], n) => fixedAnswer(n, questions[question]?.id, version));
  const changes: Edit[] = [{ do: "toggle", n: 1 }, { do: "move", n: 2, to: 1 }, {
    do: "answer",
    n: 4,
    choice: 1,
  }];
  const steps: Step[] = [
    { do: "send", places: [0] },
    { do: "publish", changes },
    { do: "send", places: [1, 2, 3, 4, 5, 6] },
    { do: "publish", changes: [] },
    { do: "job" },
    { do: "publish", changes: [{ do: "answer", n: 0, choice: 1 }] },
    { do: "send", places: [7] },
  ];
  return { events, steps };
}

/** The event as devices of this run send it. */
function ofRun(event: HistoryEvent, run: string, first: number): HistoryEvent {
  const body = JSON.parse(JSON.stringify(event.body).replaceAll(`"${RUN}-`, `"${run}-`));
  if (body.content_version !== undefined) body.content_version += first - 1;
  return { ...event, body };
}

/** The ledger's stamps by event. */
async function stampsOf(sql: postgres.Sql, learner: string): Promise<Map<string, Stamp>> {
  const rows = await sql<(Stamp & { id: string })[]>`
    select private.uuid_to_ulid(event_id) as id, head_version, skill_id, content_state, graded_correct
    from learner.event where user_id = ${learner} order by event_id`;
  return new Map(rows.map(({ id, ...stamp }) => [id, stamp]));
}

/** When each event arrived, and the clock skew of its batch. */
type Arrivals = Map<string, Pick<StampedEvent, "received_at" | "clock_skew_ms">>;

/** The rows that the ledger's events would come to if each had been applied when it arrived first. */
const asArrived = (ledger: StampedEvent[], arrivals: Arrivals) =>
  project(ledger.map((stamped) => ({ ...stamped, ...arrivals.get(stamped.event.id) })));

const sorted = <V>(map: ReadonlyMap<string, V>) => [...map].toSorted(([a], [b]) => a < b ? -1 : 1);

Deno.test("C4, U3, I6: stamps follow the releases until arrival, and held events are stamped when applied", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const met = new Set<string>();
  const meet = (what: string) => met.add(what);
  await fc.assert(
    fc.asyncProperty(life, async ({ events: written, steps }) => {
      // Nobody else's held events, those of a run that failed included, take the job's time.
      await sql`delete from ops.quarantine where true`;
      const learner = crypto.randomUUID();
      const run = crypto.randomUUID().slice(0, 8);
      const releases = new Releases(run);
      await releases.publish(sql);
      const events = written.map((event) => ofRun(event, run, releases.head));
      const expected = new Map<string, Stamp>();
      const held = new Map<string, HistoryEvent>();
      const arrivals: Arrivals = new Map();
      const arrive = (event: HistoryEvent): string => {
        if (expected.has(event.id)) return "duplicate";
        const stamp = releases.stampOf(event);
        if (!stamp) {
          held.set(event.id, event);
          return "quarantined unknown_content";
        }
        if (stamp.content_state !== null) meet(stamp.content_state);
        if (stamp.content_state !== null && stamp.graded_correct === null) meet("ungraded");
        if (stamp.skill_id !== releases.skillOf(event)) meet("moved");
        if (held.delete(event.id)) meet("held");
        expected.set(event.id, stamp);
        return "applied";
      };
      const send = async (places: number[], skewMs = 0) => {
        for (const event of held.values()) arrive(event);
        const batch = places.flatMap((place) => events[place] ?? []);
        const { results, received_at, sent_at } = await ingest(sql, learner, batch, skewMs);
        for (const { id } of batch) {
          const clock_skew_ms = Math.round(Date.parse(received_at) - Date.parse(sent_at));
          if (!arrivals.has(id)) arrivals.set(id, { received_at, clock_skew_ms });
        }
        assert.deepEqual(
          results.map(({ status, code }) => code === undefined ? status : `${status} ${code}`),
          batch.map(arrive),
        );
      };

      for (const step of [...steps, { do: "send" as const, places: [] }]) {
        if (step.do === "publish") {
          await releases.publish(sql, step.changes);
          continue;
        }
        if (step.do === "send") await send(step.places, step.skewMs);
        else {
          for (const event of held.values()) arrive(event);
          await sql`select ops.replay_held()`;
        }
        assert.deepEqual(sorted(await stampsOf(sql, learner)), sorted(expected), `stamps after ${step.do}`);
        const ledger = await readLedger(sql, learner);
        assert.deepEqual(await pullRows(sql, learner), project(ledger));
        assert.deepEqual(project(ledger), asArrived(ledger, arrivals), "as if applied at arrival");
      }
      assert.ok(
        [...held.values()].every((event) => !releases.stampOf(event)),
        "nothing waits without reason",
      );
      await sql`select ops.rebuild_learner(${learner})`;
      assert.deepEqual(await pullRows(sql, learner), project(await readLedger(sql, learner)));
    }),
    { ...settings(10), examples: [[fullLife()]] },
  );
  for (const what of ["current", "outdated", "withdrawn", "ungraded", "moved", "held"]) {
    assert.ok(met.has(what), `no event was ${what}: ${[...met]}`);
  }
});
