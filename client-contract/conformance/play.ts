// One case being played: the server, the client, and what a case says of both.
import assert from "node:assert/strict";
import { type ClientRun, Killed, type Place } from "./adapter/host.ts";
import {
  type AnswerTo,
  type Capability,
  type Command,
  type CommandName,
  type Dump,
  type Init,
  readAnswer,
  type SyncOutcome,
} from "./adapter/protocol.ts";
import { type Draft, drafts, question, uuid } from "./server/curriculum.ts";
import type { Endpoint } from "./server/reply.ts";
import { type Recorded, type ScriptedServer, scriptedToken } from "./server/server.ts";

/** Whose client it is, and its id. */
export const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
export const DEVICE = "7b0c5a0e-6f0e-4d5e-8c0f-3c1d2e4f5a6b";
export const OTHER_DEVICE = "9d0c5a0e-6f0e-4d5e-8c0f-3c1d2e4f5a6b";
/** The client's time at its start, in milliseconds since 1970: 2026-11-30T08:00:00Z. */
const START = Date.UTC(2026, 10, 30, 8);
/** The curriculum: two domains of one skill with three questions each. */
export const SKILL = uuid(0, 0);
export const questionId = (n: number) => uuid(0, 0, n);
const QUESTIONS = 3;

export const SECOND = 1000;
export const DAY = 24 * 60 * 60 * SECOND;

type Parameters<N extends CommandName> = Omit<Extract<Command, { do: N }>, "do">;

/** What a case plays with. */
export class Play {
  readonly drafts: Map<string, Draft> = drafts(2, 1, QUESTIONS);
  #run: ClientRun | undefined;
  #init: Partial<Init> = {};
  #answered = 0;
  capabilities: readonly Capability[] = [];

  constructor(readonly server: ScriptedServer, private readonly place: Place) {}

  /** Sends a command. */
  async send<N extends CommandName>(name: N, parameters: Parameters<N>): Promise<AnswerTo<N>> {
    if (!this.#run) throw new Error("the client was not started");
    const line = await this.#run.send({ do: name, ...parameters } as Command);
    return readAnswer(name, line) as AnswerTo<N>;
  }

  /** Starts the client; again: a restart on the same data, with the options of before and the given ones. */
  async init(o: Partial<Omit<Init, "do">> = {}): Promise<void> {
    const { now } = this.#run && !("now" in o)
      ? await this.dump().catch(() => ({ now: START }))
      : { now: START };
    await this.#run?.kill();
    this.#init = { ...this.#init, now, ...o };
    this.#run = this.place.start();
    const { capabilities } = await this.send("init", {
      url: this.place.url,
      storage: this.place.storage,
      learner_id: LEARNER,
      device_id: DEVICE,
      token: scriptedToken(LEARNER),
      now: START,
      utc_offset_minutes: 60,
      platform: "conformance",
      app_version: "1.0.0",
      ...this.#init,
    });
    this.capabilities = capabilities;
  }

  /** Publishes the drafts. */
  async publish(): Promise<void> {
    await this.server.content.publish(this.drafts);
  }

  /** Changes a question's text in the drafts, and publishes. */
  async edit(n = 0, prompt = `Edited ${this.server.content.releases.length}?`): Promise<void> {
    const row = question(0, 0, n, prompt);
    this.drafts.set(`question/${row.id}`, row);
    await this.publish();
  }

  /** A client that holds release 1; what it asked so far is forgotten. */
  async begin(o: Partial<Omit<Init, "do">> = {}): Promise<void> {
    await this.publish();
    await this.init(o);
    assert.deepEqual(await this.sync(), { result: "done", code: null }, "the first sync");
    this.server.requests.length = 0;
  }

  /** Answers so many questions, right and wrong in turn; gives the attempts' ids. */
  async answer(count = 1): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const [question_id, right] = [questionId(this.#answered % QUESTIONS), this.#answered++ % 2 === 0];
      ids.push((await this.send("answer", { question_id, right, duration_ms: 1000 })).event_id);
    }
    return ids;
  }

  sync = (): Promise<SyncOutcome> => this.send("sync", {});
  dump = (): Promise<Dump> => this.send("dump", {});
  advance = (ms: number) => this.send("advance_clock", { ms });

  /** Syncs, and expects it to succeed. */
  async synced(): Promise<void> {
    assert.deepEqual(await this.sync(), { result: "done", code: null }, "the sync succeeds");
  }

  /** Syncs, and expects it to fail, with a code if one is given. */
  async failed(code?: string): Promise<void> {
    const outcome = await this.sync();
    assert.equal(outcome.result, "failed", "the sync fails");
    if (code !== undefined) assert.equal(outcome.code, code, "the failure's code");
  }

  /** Ends the client by SIGKILL as soon as a request of the endpoint arrives: before the server's work, or after it. */
  async killedAt(endpoint: Endpoint, moment: "before" | "after" = "before", nth = 1): Promise<void> {
    let left = nth;
    this.server.onRequest = async (request) => {
      if (request.endpoint !== endpoint || --left > 0) return;
      this.server.onRequest = () => {};
      await this.#run?.kill();
      if (moment === "before") return "dropped";
    };
    await assert.rejects(this.sync(), Killed, `the client asks for ${endpoint}`);
  }

  /** Starts the client again after a kill. `now`: its time. */
  async restart(now = START + 60 * SECOND): Promise<void> {
    this.#run = undefined;
    await this.init({ now });
  }

  /** The pushes with events, in order. */
  pushes(): Recorded[] {
    return this.server.asked("push").filter(({ lines }) => lines.length > 0);
  }

  /** The ids of a push's events. */
  static ids({ lines }: Recorded): string[] {
    return lines.map((line) => JSON.parse(line).id);
  }

  /** The learner's events of a push, without telemetry. */
  static learning({ lines }: Recorded): string[] {
    return lines.filter((line) => /"type":"(?:session|attempt|progress)\./.test(line));
  }

  /** What the server knows of the learner. */
  get ledger() {
    return this.server.ledger(LEARNER);
  }

  /** The state of each kept event by id. */
  async states(): Promise<Map<string, string>> {
    return new Map((await this.dump()).outbox.map(({ id, state }) => [id, state]));
  }

  /** The server has the events, and the client keeps them as delivered. */
  async delivered(ids: readonly string[]): Promise<void> {
    const { outbox } = await this.dump();
    for (const id of ids) {
      const kept = outbox.find((event) => event.id === id);
      assert.ok(kept, `the client keeps the delivered event ${id}`);
      assert.equal(kept.state, "delivered", `the state of ${id}`);
      assert.ok(this.ledger.events.has(id), `the server has ${id}`);
    }
  }

  /** The client keeps the events and will send them. */
  async waits(ids: readonly string[]): Promise<void> {
    const states = await this.states();
    for (const id of ids) assert.equal(states.get(id), "pending", `the event ${id} waits`);
  }

  /** The client holds exactly the rows of a version. */
  async holds(version: number): Promise<void> {
    const { content } = await this.dump();
    assert.equal(content.version, version, "the held version");
    const lines = version === 0 ? [] : [...this.server.content.linesOf(version).values()];
    assert.deepEqual([...content.lines].sort(), lines.sort(), "the cached lines are the published bytes");
  }
}
