// What the learner does, recorded on the device: each event is a line that never changes.
import { ulid } from "ulid";
import * as contract from "../../contract/mod.ts";
import { type App, Http } from "./http.ts";
import { NONE, readProgress } from "./progress.ts";
import type { State, Store } from "./state.ts";

/** The part of a client that needs no network. */
export class Recorder {
  state: State;
  readonly http: Http;

  constructor(readonly app: App, readonly store: Store) {
    this.http = new Http(app);
    this.state = store.load();
  }

  /** Makes a change: afterwards all of it is on disk, or nothing. */
  commit(change: (state: State) => void): void {
    const next = structuredClone(this.state);
    change(next);
    this.store.save(next);
    this.state = next;
  }

  /** A ULID with 80 fresh random bits, greater than all before. */
  newId(state: State): string {
    state.lastIdTime = Math.max(this.app.now(), state.lastIdTime + 1);
    return ulid(state.lastIdTime);
  }

  /** Stores an event, whose line is frozen. */
  record(state: State, type: string, body: object): string {
    const id = this.newId(state);
    const line = JSON.stringify({
      id,
      type,
      version: 1,
      learner_id: this.app.learnerId,
      device_id: this.app.deviceId,
      occurred_at: new Date(this.app.now()).toISOString(),
      utc_offset_minutes: this.app.utcOffsetMinutes,
      clock_offset_ms: state.clock?.offset,
      answered_at: state.clock?.answeredAt,
      body,
    });
    state.outbox.push({ id, line, state: "pending", code: null, retryAt: 0, deliveredAt: 0, settled: false });
    return id;
  }

  /** Progress by skill, as the learner sees it. */
  progress = () => readProgress(this.state);

  #reset(skillId: string) {
    const { reset_count: count, reset_event: event } = this.progress().get(skillId) ?? NONE;
    return event === null ? null : { count, event };
  }

  /** Stores an answer of the learner. */
  answer(question: contract.QuestionRow, answer: Record<string, unknown>, duration_ms: number): string {
    let id = "";
    this.commit((state) => {
      const content_version = state.content.version;
      if (state.session === null) {
        state.session = this.newId(state);
        this.record(state, "session.started", { session_id: state.session, content_version, skill_id: null });
      }
      const correct = contract.gradeAnswer(question, answer);
      const [session_id, question_id, reset] = [state.session, question.id, this.#reset(question.skill_id)];
      const body = { session_id, question_id, content_version, answer, correct, duration_ms, reset };
      id = this.record(state, "attempt.recorded", body);
    });
    return id;
  }

  /** Ends the open session. */
  endSession(): void {
    this.commit((state) => {
      if (state.session === null) return;
      this.record(state, "session.ended", { session_id: state.session, reason: "completed" });
      state.session = null;
    });
  }

  /** Stores progress by the app's own measure. */
  advance(skill_id: string, mastery: number, completed: string[]): void {
    const body = { skill_id, mastery, completed, reset: this.#reset(skill_id) };
    this.commit((state) => this.record(state, "progress.advanced", body));
  }

  /** Starts over in a skill. */
  reset(skill_id: string): void {
    const body = { skill_id, count: (this.progress().get(skill_id) ?? NONE).reset_count + 1, base: null };
    this.commit((state) => this.record(state, "progress.reset", body));
  }
}
