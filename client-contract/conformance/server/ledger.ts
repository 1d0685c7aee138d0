// What the scripted server knows of one learner: accepted events, the rows that follow, and what was kept for support.
import type { EventResult } from "../../contract/batch.ts";
import type { Change, PullAnswer } from "../../contract/changes.ts";
import { Event } from "../../contract/event.ts";
import { parseJson } from "../../contract/json.ts";
import { project, type StampedEvent } from "../../contract/projection_model.ts";

/** A verdict of a case on an event; undefined: the server judges by itself. */
export type Judge = (event: Event, line: string) => Omit<EventResult, "id"> | undefined;

interface Kept {
  change: Change;
  place: number;
}

const keyOf = ({ kind, row }: Change): string => {
  if (kind === "session") return `session/${row.session_id}`;
  if (kind === "attempt") return `attempt/${row.event_id}`;
  return kind === "skill_progress" ? `skill_progress/${row.skill_id}` : "practice";
};

/** One learner's events and rows. */
export class Ledger {
  readonly events = new Map<string, { line: string; stamped: StampedEvent }>();
  /** Lines that were quarantined, by id. */
  readonly quarantined = new Map<string, string>();
  /** Dead letters in the order of their arrival. */
  readonly letters: { line: string; reason: string | null }[] = [];
  /** The number of the newest change. */
  place = 0;
  readonly #rows = new Map<string, Kept>();

  constructor(readonly learnerId: string, readonly skillOf: (questionId: string) => string | null) {}

  /** Stores or replaces a row, as the newest change. */
  put(change: Change): void {
    this.#rows.set(keyOf(change), { change, place: ++this.place });
  }

  /** Loses events and rows, as the restore of a backup from before them does. */
  lose(): void {
    this.events.clear();
    this.quarantined.clear();
    this.#rows.clear();
    this.place = 0;
  }

  #store(event: Event, line: string, receivedAt: string): void {
    const isAttempt = event.type === "attempt.recorded";
    const stamped = {
      event,
      received_at: receivedAt,
      skill_id: isAttempt ? this.skillOf(event.body.question_id) : null,
      content_state: isAttempt ? "current" : null,
      graded_correct: isAttempt ? event.body.correct : null,
    };
    this.events.set(event.id, { line, stamped });
  }

  /** Judges one line, and stores it. */
  take(line: string, receivedAt: string, judge: Judge): EventResult {
    const parsed = Event.safeParse(parseJson(line));
    if (!parsed.success) return { status: "quarantined", code: "invalid_json", retryable: false };
    const event = parsed.data;
    const { id } = event;
    const judged = judge(event, line);
    if (judged) {
      if (judged.status === "quarantined") this.quarantined.set(id, line);
      if (judged.status === "applied" || judged.status === "duplicate") this.#store(event, line, receivedAt);
      return { id, ...judged };
    }
    if (event.learner_id !== this.learnerId) {
      return { id, status: "retry", code: "wrong_learner", retryable: true, retry_after_s: 3600 };
    }
    const known = this.events.get(id)?.line ?? this.quarantined.get(id);
    if (known === line) return { id, status: "duplicate" };
    if (known !== undefined) return { id, status: "quarantined", code: "id_conflict", retryable: false };
    this.#store(event, line, receivedAt);
    return { id, status: "applied" };
  }

  /** Moves another learner's events here. */
  adopt(other: Ledger): number {
    for (const [id, event] of other.events) this.events.set(id, event);
    const { size } = other.events;
    other.lose();
    return size;
  }

  /** Computes the rows again; those that changed get new numbers. Returns whether any did. */
  project(): boolean {
    const before = this.place;
    const { session, attempt, skill_progress, practice } = project(
      [...this.events.values()].map(({ stamped }) => stamped),
    );
    const changes: Change[] = [
      ...[...session.values()].map((row): Change => ({ kind: "session", own: false, row })),
      ...[...attempt.values()].map((row): Change => ({ kind: "attempt", own: false, row })),
      ...[...skill_progress.values()].map((row): Change => ({ kind: "skill_progress", own: false, row })),
      ...practice ? [{ kind: "practice", own: false, row: practice } as const] : [],
    ];
    for (const change of changes) {
      const held = this.#rows.get(keyOf(change));
      if (JSON.stringify(held?.change) !== JSON.stringify(change)) this.put(change);
    }
    return this.place > before;
  }

  /** The answer to a pull. */
  pull(cursor: string | null, history: string, limit: number, deviceId: string | null): PullAnswer {
    const [, held, number] = /^([0-9a-f]{16})\.(\d+)$/.exec(cursor ?? `${history}.0`) ?? [];
    if (held === undefined) return { reset: "cursor_invalid" };
    if (held !== history) return { reset: "history_changed" };
    const from = Number(number);
    if (from > this.place) return { reset: "cursor_ahead" };
    const newer = [...this.#rows.values()].filter(({ place }) => place > from).sort((a, b) =>
      a.place - b.place
    );
    const page = newer.slice(0, limit);
    const more = newer.length > page.length;
    const last = more ? page.at(-1)?.place ?? from : this.place;
    const changes = page.map(({ change }): Change => {
      if (change.kind !== "session" && change.kind !== "attempt") return change;
      return { ...change, own: change.row.device_id === deviceId } as Change;
    });
    return { changes, cursor: `${history}.${last}`, more };
  }
}
