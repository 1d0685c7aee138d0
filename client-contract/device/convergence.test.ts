// Whatever learners do on one to three devices, in whatever order or at once, over a bad network, killed at any request,
// while instructors publish: nothing that was seen is ever taken back, and in the end all devices and the server have
// the same. CARREL_SEED repeats a run (of devices that sync at once not the moments), CARREL_RUNS makes it longer.
import fc from "fast-check";
import assert from "node:assert/strict";
import { z } from "zod";
import { edit, publish } from "../../supabase/tests/properties/bundle_bench.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { ContractError, NetworkError, ProblemError } from "../client/client_error.ts";
import type { Question } from "./content.ts";
import type { Device } from "./device.ts";
import type { Progress } from "./progress.ts";
import { type DeviceLab, openLab } from "../../scripts/testkit/device/devices.ts";
import { BAD_NETWORK, withFaults } from "../../scripts/testkit/device/faults.ts";
import { seededRandom } from "../../scripts/testkit/device/random.ts";
import {
  type Handle,
  rotateHistory,
  startTestServer,
  type TestServer,
} from "../../scripts/testkit/device/server.ts";
import { practiceDays } from "./streak.ts";
import { serverAttempts, serverPractice, serverProgress } from "../../scripts/testkit/device/server_rows.ts";
import { allQuestions } from "../../scripts/testkit/device/study.ts";

const DEVICES = 3;
const DAY_MS = 86_400_000;

const device = fc.integer({ min: 1, max: DEVICES });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("answer" as const), device, pick: fc.nat(), choice: fc.nat(1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("advance" as const),
      device,
      pick: fc.nat(),
      mastery: fc.nat(100),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("reset" as const), device, pick: fc.nat(), mastery: fc.nat(100) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("end" as const), device }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("sync" as const), device }) },
  // The oldest waiting event becomes a dead letter, and must count like any other.
  { weight: 1, arbitrary: fc.record({ do: fc.constant("give up" as const), device }) },
  // The process dies when the server has answered its nth request.
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("die" as const),
      device,
      request: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("clock" as const), days: fc.integer({ min: -3, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rotate" as const) }) },
  // Two sync at once, or one is asked twice, and the first is studied with meanwhile.
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("meet" as const),
      device,
      other: device,
      picks: fc.array(fc.nat(), { maxLength: 3 }),
      choice: fc.nat(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      edits: fc.array(edit, { minLength: 1, maxLength: 6 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const OldestEvent = z.object({ id: z.string().nullable() });

/** What may go wrong with a sync over a bad network. */
function isNetworkTrouble(error: unknown): boolean {
  return error instanceof NetworkError || error instanceof ProblemError || error instanceof ContractError;
}

/** What the devices told of their outboxes came to the server, each event once; and nothing they said was refused. */
async function assertTold({ sql }: TestServer, learnerId: string): Promise<void> {
  const [counts] = await sql`
    select (select count(*) from learner.event where user_id = ${learnerId})::int as events,
      (select coalesce(sum((body ->> 'events')::int), 0) from ops.telemetry
       where user_id = ${learnerId} and type = 'outbox.created')::int as told,
      (select count(*) from ops.quarantine where user_id = ${learnerId} and status = 'open')::int as refused`;
  assert.deepEqual({ ...counts }, { events: counts?.events, told: counts?.events, refused: 0 });
}

/** No skill has less than before, but for a greater reset. */
function assertNothingLost(before: Map<string, Progress>, after: Map<string, Progress>): void {
  for (const [skillId, was] of before) {
    const is = after.get(skillId);
    assert.ok(is, "the skill's progress is gone");
    if (was.reset_event !== is.reset_event) {
      assert.ok(is.reset_count >= was.reset_count);
      continue;
    }
    assert.ok(is.mastery >= was.mastery && is.attempts >= was.attempts && is.correct >= was.correct);
    assert.ok(was.completed.every((id) => is.completed.includes(id)));
  }
}

/** The devices of one run. */
class Run {
  readonly learnerId = crypto.randomUUID();
  readonly #handle: Handle;
  readonly #clock;
  readonly #open = new Map<number, Device>();
  /** Attempts that a device said it has kept. */
  readonly answered: string[] = [];

  constructor(readonly server: TestServer, readonly lab: DeviceLab, seed: number) {
    this.#handle = withFaults(server.handle, seededRandom(seed), BAD_NETWORK);
    this.#clock = lab.clock;
  }

  /** Opens a device again, as a restarted app does; over a perfect network in the end. */
  reopen(n: number, handle: Handle): Device {
    this.#open.get(n)?.[Symbol.dispose]();
    const opened = this.lab.open(n, { learnerId: this.learnerId, handle, pullRows: 3, pageRows: 30 });
    this.#open.set(n, opened);
    return opened;
  }

  #device(n: number): Device {
    return this.#open.get(n) ?? this.reopen(n, this.#handle);
  }

  async #sync(n: number): Promise<void> {
    const device = this.#device(n);
    const before = device.progress();
    await device.sync().catch((error) => assert.ok(isNetworkTrouble(error), error));
    assertNothingLost(before, device.progress());
  }

  async #die(n: number, request: number): Promise<void> {
    const before = this.#device(n).progress();
    let left = request;
    const device = this.reopen(n, async (request) => {
      const response = await this.#handle(request);
      if (--left === 0) device[Symbol.dispose]();
      return response;
    });
    // Either the network or the closed database ends it.
    await device.sync().catch(() => {});
    if (left <= 0) this.#open.delete(n);
    assertNothingLost(before, this.reopen(n, this.#handle).progress());
  }

  async #meet({ device, other, picks, choice }: Step & { do: "meet" }): Promise<void> {
    const syncs = [this.#sync(device), this.#sync(other)];
    for (const pick of picks) {
      this.#answer(this.#device(device), pick, choice);
      // As long as a request takes, about.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(syncs);
  }

  #question(device: Device, pick: number): Question | undefined {
    // A handful, so that devices meet.
    return allQuestions(device)[pick % 4 * 7];
  }

  #answer(device: Device, pick: number, choice: number): void {
    const question = this.#question(device, pick);
    if (!question) return;
    const sessionId = device.openSessions()[0]?.session_id ?? device.startSession();
    this.answered.push(device.answer({ sessionId, question, answer: { choice } }).eventId);
  }

  async take(step: Step): Promise<void> {
    if (step.do === "clock") return this.#clock.advance(step.days * DAY_MS);
    if (step.do === "rotate") return void await this.server.sql`select ops.rotate_history()`;
    if (step.do === "publish") return await publish(this.server.sql, step.edits);
    if (step.do === "sync") return await this.#sync(step.device);
    if (step.do === "meet") return await this.#meet(step);
    if (step.do === "die") return await this.#die(step.device, step.request);
    const device = this.#device(step.device);
    if (device.status().version === 0) return;
    if (step.do === "give up") {
      const oldest = device.db.get(
        OldestEvent,
        "select min(event_id) as id from outbox where state = 'pending'",
      );
      return oldest?.id ? device.giveUp(oldest.id, "given up by chance") : undefined;
    }
    const [session] = device.openSessions();
    if (step.do === "end") return session && device.endSession(session.session_id);
    const question = this.#question(device, step.pick);
    assert.ok(question);
    const before = device.progress();
    if (step.do === "answer") this.#answer(device, step.pick, step.choice);
    else if (step.do === "advance") {
      device.advance({ skillId: question.skill_id, mastery: step.mastery, completed: [question.id] });
    } else {
      device.reset(question.skill_id, { mastery: step.mastery });
    }
    assertNothingLost(before, device.progress());
  }

  close(): void {
    for (const device of this.#open.values()) device[Symbol.dispose]();
  }
}

const Row = z.record(z.string(), z.unknown());
const rowsOf = ({ db }: Device) =>
  ["session", "attempt", "skill_progress", "practice", "content_row"].map((table) =>
    db.all(Row, `select * from ${table} order by 1, 2`)
  );

async function assertConverged(run: Run): Promise<void> {
  const { server, learnerId } = run;
  const devices = Array.from({ length: DEVICES }, (_, n) => run.reopen(n + 1, server.handle));
  for (const device of [...devices, ...devices]) await device.sync();
  const progress = await serverProgress(server.sql, learnerId);
  const practice = await serverPractice(server.sql, learnerId);
  const attempts = await serverAttempts(server.sql, learnerId);
  assert.deepEqual(attempts, [...run.answered].sort(), "every answer is on the server, once");
  const [first] = devices;
  assert.ok(first);
  for (const device of devices) {
    assert.deepEqual(device.progress(), progress);
    assert.deepEqual(practiceDays(device.db), practice);
    assert.deepEqual(rowsOf(device), rowsOf(first));
    const { pending, quarantined, dead } = device.status().outbox;
    assert.deepEqual({ pending, quarantined, dead }, { pending: 0, quarantined: 0, dead: 0 });
    assert.ok((await device.verify()).ok);
  }
  await assertTold(server, learnerId);
  await server.sql`select ops.rebuild_learner(${learnerId})`;
  assert.deepEqual(
    await serverProgress(server.sql, learnerId),
    progress,
    "the ledger gives the same rows again",
  );
}

Deno.test("K3, I5, I8, U9: devices and server converge after any sequence of actions and failures", async () => {
  await using server = await startTestServer();
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 40, size: "max" }),
    fc.nat(),
    async (steps, faults) => {
      using lab = openLab(faults);
      const run = new Run(server, lab, faults);
      try {
        for (const step of steps) await run.take(step);
        if (steps.some((step) => step.do === "rotate")) await rotateHistory(server);
        await assertConverged(run);
      } finally {
        run.close();
      }
    },
  );
  await fc.assert(property, { ...settings(10), endOnFailure: true });
});
