// A minimal client, written from docs/protocol.md and docs/write-a-client.md on the package's public parts: outbox, results, pull, verified content.
// It leaves out what docs/conformance.md calls optional. `state.ts` has what it keeps.
import * as carrel from "../../mod.ts";
import type { Kept, State, Store } from "./state.ts";

/** What the app gives its client. */
export interface App extends carrel.ClientOptions {
  learnerId: string;
  deviceId: string;
  clock: carrel.Clock;
}

const DAY_MS = 86_400_000;
const MAX_RESTARTS = 3;

const hasCode = (error: unknown, code: string) => error instanceof carrel.ProblemError && error.code === code;

/** The client. */
export class Client {
  state: State;
  /** Each method is one request. */
  readonly http: carrel.Client;
  /** The same, repeated until it succeeds or the failure is final. */
  server: carrel.Client;

  constructor(readonly app: App, readonly store: Store) {
    this.state = store.load();
    this.http = carrel.createClient(app);
    const retry = carrel.createRetry(app.clock, Math.random, () => carrel.steeredRetry(this.state.steering));
    this.server = carrel.withRetries(this.http, retry, app.clock);
  }

  /** Makes a change: afterwards all of it is on disk, or nothing. */
  commit<T>(change: (state: State) => T): T {
    const next = structuredClone(this.state);
    const result = change(next);
    this.store.save(next);
    this.state = next;
    return result;
  }

  // 1 Record what the learner does.

  newId = (state: State): string => state.lastId = carrel.nextUlid(state.lastId, this.app.clock.now());

  /** Stores an event, whose line is frozen. */
  record(state: State, type: carrel.EventType, skill: string | null, body: object): string {
    const id = this.newId(state);
    const { learnerId: learner_id, deviceId: device_id, clock } = this.app;
    const occurred_at = new Date(clock.now()).toISOString();
    const utc_offset_minutes = clock.utcOffsetMinutes();
    const envelope = { id, type, version: 1, learner_id, device_id, occurred_at, utc_offset_minutes };
    const line = JSON.stringify({ ...envelope, ...state.clock, body });
    const fate = { state: "pending", code: null, retryAt: 0, deliveredAt: 0, isPulled: false } as const;
    state.outbox.push({ id, line, skill, ...fate });
    return id;
  }

  /** Stores an answer of the learner, in the open session. */
  answer(question: carrel.QuestionRow, answer: Record<string, unknown>, duration_ms: number): string {
    return this.commit((state) => {
      const content_version = state.content.version;
      if (state.session === null) {
        state.session = this.newId(state);
        const session = { session_id: state.session, content_version, skill_id: null };
        this.record(state, "session.started", null, session);
      }
      const { id: question_id, skill_id } = question;
      const correct = carrel.gradeAnswer(question, answer);
      const attempt = { question_id, content_version, answer, correct, duration_ms };
      const reset = this.reset(skill_id);
      return this.record(state, "attempt.recorded", skill_id, {
        session_id: state.session,
        ...attempt,
        reset,
      });
    });
  }

  endSession(): void {
    this.commit((state) => {
      if (state.session === null) return;
      this.record(state, "session.ended", null, { session_id: state.session, reason: "completed" });
      state.session = null;
    });
  }

  /** Stores progress by the app's own measure. */
  advance(skill_id: string, mastery: number, completed: string[]): void {
    const body = { skill_id, mastery, completed, reset: this.reset(skill_id) };
    this.commit((state) => this.record(state, "progress.advanced", skill_id, body));
  }

  startOver(skill_id: string): void {
    const body = { skill_id, count: (this.reset(skill_id)?.count ?? 0) + 1, base: null };
    this.commit((state) => this.record(state, "progress.reset", skill_id, body));
  }

  /** The reset that new events of a skill belong to. */
  reset(skill: string): { count: number; event: string } | null {
    const { reset_count: count, reset_event: event } = this.progress().get(skill) ?? carrel.NO_PROGRESS;
    return event === null ? null : { count, event };
  }

  /** Progress by skill, as the learner sees it: the server's rows, and the events that they do not contain. */
  progress(): Map<string, carrel.Progress> {
    const progress = new Map<string, carrel.Progress>();
    for (const { kind, row } of Object.values(this.state.rows)) {
      if (kind === "skill_progress" && !row.voided) progress.set(row.skill_id, row);
    }
    for (const { line, skill, state, isPulled } of this.state.outbox) {
      if (isPulled || state === "quarantined" || skill === null) continue;
      progress.set(skill, carrel.mergeEvent(progress.get(skill) ?? carrel.NO_PROGRESS, JSON.parse(line)));
    }
    return progress;
  }

  // 2 Push, and act on the results.

  /** Events that may be sent now. A time that is more than a week away was measured by a clock that was set back. */
  due(now = this.app.clock.now()): Kept[] {
    const isDue = (at: number) => at <= now || at > now + 7 * DAY_MS;
    return this.state.outbox.filter(({ state, retryAt }) => state === "pending" && isDue(retryAt));
  }

  push(batch: readonly Kept[], pull: carrel.BatchHeader["pull"]): Promise<carrel.SyncAnswer> {
    const now = this.app.clock.now();
    return this.server.sync({
      batch_id: carrel.freshUlid(now),
      device_id: this.app.deviceId,
      sent_at: new Date(now).toISOString(),
      contract_version: carrel.CONTRACT_VERSION,
      content_version: this.state.content.version,
      content_schema: carrel.CONTENT_SCHEMA,
      pull,
    }, batch.map(({ line }) => line));
  }

  /** Stores the answer to a batch, but for the pull. Returns whether the server's history is another one. */
  take(
    batch: readonly Kept[],
    { batch: { received_at, results }, head, steering }: carrel.SyncAnswer,
  ): boolean {
    return this.commit((state) => {
      const answered_at = new Date(received_at).toISOString();
      state.clock = { clock_offset_ms: Date.parse(answered_at) - this.app.clock.now(), answered_at };
      // Results are in the order of the lines.
      const resultOf = new Map(batch.map(({ id }, place) => [id, results[place]]));
      for (const event of state.outbox) {
        const result = resultOf.get(event.id);
        if (result) this.settle(event, result);
      }
      const isNewHistory = state.history !== null && state.history !== head.history;
      Object.assign(state, { steering, head, history: head.history, isRevoked: false });
      if (isNewHistory) this.startAnew(state, "history_changed");
      return isNewHistory;
    });
  }

  /** What a result means for its event. */
  settle(event: Kept, { status, code, retry_after_s }: carrel.EventResult): void {
    const now = this.app.clock.now();
    if (status === "retry") event.retryAt = now + (retry_after_s ?? 0) * 1000;
    else {
      const state = status === "quarantined" ? status : "delivered";
      Object.assign(event, { state, code: code ?? null, deliveredAt: now });
    }
  }

  // 3 Pull.

  /** The cursor is of no use. Unless that is all, the server may have lost everything, and gets all kept events again. */
  startAnew(state: State, reason: string): void {
    state.cursor = null;
    if (reason !== "cursor_invalid") this.resendAll(state);
  }

  resendAll(state: State): void {
    const again = { state: "pending", code: null, retryAt: 0, isPulled: false };
    for (const event of state.outbox) Object.assign(event, again);
  }

  /** Pulls page by page, and stores all of them together. Returns false if the cursor is of no use. */
  async pull(first: carrel.PullAnswer | null, atLeast: string): Promise<boolean> {
    const changes: carrel.Change[] = [];
    const o = { atLeast, device: this.app.deviceId };
    for (let page = first ?? await this.server.pull(this.state.cursor, o);;) {
      if ("reset" in page) {
        const { reset } = page;
        this.commit((state) => this.startAnew(state, reset));
        return false;
      }
      changes.push(...page.changes);
      const { cursor, more } = page;
      if (!more) {
        this.commit((state) => this.apply(state, changes, cursor));
        return true;
      }
      page = await this.server.pull(cursor, o);
    }
  }

  apply(state: State, changes: readonly carrel.Change[], cursor: string): void {
    if (state.cursor === null) state.rows = {};
    for (const change of changes) state.rows[carrel.rowKey(change)] = change;
    for (const event of state.outbox) {
      event.isPulled = event.state !== "pending" || `attempt/${event.id}` in state.rows;
    }
    state.cursor = cursor;
  }

  // 4 One sync.

  /** Pushes and pulls until both sides have the same, and returns the newest head. */
  async exchange(): Promise<carrel.Head> {
    for (let restarts = 0; restarts <= MAX_RESTARTS;) {
      const due = this.due();
      const batch = carrel.fitBatch(due.slice(0, this.state.steering.batch_events));
      const isLast = batch.length === due.length;
      const answer = await this.push(batch, isLast ? { cursor: this.state.cursor } : null);
      const isNewHistory = this.take(batch, answer);
      const isStuck = answer.batch.results.every(({ status }) => status === "retry");
      if (!isLast && !isStuck && !isNewHistory) continue;
      if (!isNewHistory && await this.pull(answer.pull, answer.batch.token)) return answer.head;
      restarts++;
    }
    throw new carrel.ContractError("The server's history keeps changing.");
  }

  async updateContent(head: carrel.Head): Promise<void> {
    const content = await carrel.fetchContent(this.server, this.state.content, head);
    this.commit((state) => state.content = content);
  }

  /** Sends everything, pulls everything, and updates the content. Throws the package's errors. */
  async sync(): Promise<void> {
    try {
      await this.updateContent(await this.exchange());
      this.commit((state) => {
        state.isRefused = false;
        const before = this.app.clock.now() - state.steering.keep_sent_days * DAY_MS;
        state.outbox = state.outbox.filter((event) => !event.isPulled || event.deliveredAt >= before);
      });
    } catch (error) {
      const isRefused = hasCode(error, "upgrade_required");
      this.commit((state) => {
        state.isRevoked ||= hasCode(error, "device_revoked");
        state.isRefused ||= isRefused;
      });
      if (!isRefused) throw error;
    }
  }
}
