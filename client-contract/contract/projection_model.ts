// The reference of projections: what a learner's events come to, as a function of their *set*. Nothing here knows of batches,
// order or repetition: a state is an element of a join-semilattice, each event is a state, and the state of many is their join.
// The server's projections (private.project_events) are held to it by a property test; a client may be held to it in the same way.
import type { AttemptRow, SessionRow, SkillProgressRow } from "./changes.ts";
import type { AttemptRecorded, Event, SessionEnded, SessionStarted } from "./event.ts";
import { type DayRange, practiceDay, type Streaks, streaksOf, unionDays } from "./practice.ts";

const DAY_MS = 86_400_000;

/** An event with what its arrival decided. */
export interface StampedEvent {
  event: Event;
  /** When the server took it. */
  received_at: string;
  /** Server time minus device time when its batch was sent; absent or null: unknown. */
  clock_skew_ms?: number | null;
  /** An attempt's: its question's skill, how its version stood, and the server's grading. Null elsewhere. */
  skill_id: string | null;
  content_state: string | null;
  graded_correct: boolean | null;
}

/** The rows that follow, by their keys; as a pull has them, but for times, which have six digits and a `Z` here. */
export interface LearnerRows {
  session: Map<string, SessionRow>;
  attempt: Map<string, AttemptRow>;
  skill_progress: Map<string, SkillProgressRow>;
  practice: (Streaks & { days: DayRange[] }) | null;
}

/** The reset that a piece of progress belongs to: compared first, by its count, then by the id of its event. */
export interface ResetPair {
  reset_count: number;
  reset_event: string | null;
}

interface SessionState {
  /** Of several starts the one with the smallest id. */
  started: SessionStarted | null;
  /** Of several ends the one with the strongest reason, then the one with the smallest id. */
  ended: SessionEnded | null;
}

interface ProgressState extends ResetPair {
  mastery: number;
  completed: ReadonlySet<string>;
  /** Attempts by id, and whether each is right: a counter alone could not be joined with itself. */
  attempts: ReadonlyMap<string, boolean>;
  practiced_at: string | null;
}

/** What is known of a learner; any two of them have a join. */
export interface LearnerState {
  sessions: ReadonlyMap<string, SessionState>;
  attempts: ReadonlyMap<string, AttemptRow>;
  progress: ReadonlyMap<string, ProgressState>;
  practice: readonly DayRange[];
}

/** Of a learner who did nothing. */
export const NOTHING: LearnerState = {
  sessions: new Map(),
  attempts: new Map(),
  progress: new Map(),
  practice: [],
};

/** An instant with six digits of a second, so that texts compare as times do. Takes UTC alone. */
export function canonicalInstant(text: string): string {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:Z|\+00:00)$/.exec(text);
  if (!parts) throw new RangeError(`${text} is not an instant in UTC`);
  return `${parts[1]}.${(parts[2] ?? "").padEnd(6, "0")}Z`;
}

/** To the millisecond, which never decides a day: a minute is the least that an offset from UTC moves. */
const milliseconds = (instant: string) => Date.parse(`${canonicalInstant(instant).slice(0, 23)}Z`);

/** When something was done, as far as it is believed: at most a day after it arrived. */
function believedTime({ event, received_at }: StampedEvent): string {
  const received = canonicalInstant(received_at);
  const limit = new Date(Date.parse(received.slice(0, 19) + "Z") + DAY_MS).toISOString().slice(0, 19) +
    received.slice(19);
  const occurred = canonicalInstant(event.occurred_at);
  return occurred < limit ? occurred : limit;
}

/** Negative where `a` is of an earlier reset than `b`, 0 where they are of the same one. */
export function compareResets(a: ResetPair, b: ResetPair): number {
  if (a.reset_count !== b.reset_count) return a.reset_count - b.reset_count;
  const [left, right] = [a.reset_event ?? "", b.reset_event ?? ""];
  return left < right ? -1 : left > right ? 1 : 0;
}

const earlier = <E extends { id: string }>(a: E | null, b: E | null) =>
  a === null || (b !== null && b.id < a.id) ? b : a;
const later = (a: string | null, b: string | null) => a === null || (b !== null && b > a) ? b : a;

/** Reasons of an end, strongest first: what the learner did outweighs what a device concluded from silence. */
const END_REASONS: readonly SessionEnded["body"]["reason"][] = ["completed", "abandoned", "timed_out"];
const weakness = ({ body }: SessionEnded) => END_REASONS.indexOf(body.reason);

function strongerEnd(a: SessionEnded | null, b: SessionEnded | null): SessionEnded | null {
  if (a === null || b === null || weakness(a) === weakness(b)) return earlier(a, b);
  return weakness(a) < weakness(b) ? a : b;
}

function joinSessions(a: SessionState, b: SessionState): SessionState {
  return { started: earlier(a.started, b.started), ended: strongerEnd(a.ended, b.ended) };
}

function joinProgress(a: ProgressState, b: ProgressState): ProgressState {
  const order = compareResets(a, b);
  if (order !== 0) return order > 0 ? a : b;
  return {
    reset_count: a.reset_count,
    reset_event: a.reset_event,
    mastery: Math.max(a.mastery, b.mastery),
    completed: new Set([...a.completed, ...b.completed]),
    attempts: new Map([...a.attempts, ...b.attempts]),
    practiced_at: later(a.practiced_at, b.practiced_at),
  };
}

function joinMaps<V>(
  a: ReadonlyMap<string, V>,
  b: ReadonlyMap<string, V>,
  join: (a: V, b: V) => V,
): Map<string, V> {
  const joined = new Map(a);
  for (const [key, value] of b) {
    const other = a.get(key);
    joined.set(key, other === undefined ? value : join(other, value));
  }
  return joined;
}

/** The join: what is known from both. Commutative, associative, idempotent; nothing of either is lost, but to a greater reset. */
export function join(a: LearnerState, b: LearnerState): LearnerState {
  return {
    sessions: joinMaps(a.sessions, b.sessions, joinSessions),
    // One id is one event: where both have it, they have the same.
    attempts: joinMaps(a.attempts, b.attempts, (row) => row),
    progress: joinMaps(a.progress, b.progress, joinProgress),
    practice: unionDays([...a.practice, ...b.practice]),
  };
}

const progressOf = (pair: ResetPair): ProgressState => ({
  ...pair,
  mastery: 0,
  completed: new Set(),
  attempts: new Map(),
  practiced_at: null,
});

const pairOf = (reset: AttemptRecorded["body"]["reset"]): ResetPair => ({
  reset_count: reset?.count ?? 0,
  reset_event: reset?.event ?? null,
});

function attemptRow(event: AttemptRecorded, stamped: StampedEvent): AttemptRow & { skill_id: string } {
  const { skill_id, content_state, graded_correct } = stamped;
  if (skill_id === null || content_state === null) throw new RangeError("an attempt lacks its stamps");
  const { session_id, question_id, content_version, answer, correct, duration_ms, reset } = event.body;
  return {
    event_id: event.id,
    session_id,
    skill_id,
    question_id,
    device_id: event.device_id,
    content_version,
    content_state,
    answer,
    claimed_correct: correct,
    graded_correct,
    duration_ms,
    ...pairOf(reset),
    occurred_at: canonicalInstant(event.occurred_at),
    utc_offset_minutes: event.utc_offset_minutes,
    voided: false,
  };
}

/** What one event says. */
export function stateOf(stamped: StampedEvent): LearnerState {
  const { event } = stamped;
  const practiced_at = believedTime(stamped);
  const { clock_offset_ms, answered_at, utc_offset_minutes } = event;
  const day = practiceDay({
    occurred_at: milliseconds(event.occurred_at),
    utc_offset_minutes,
    clock_offset_ms,
    answered_at: answered_at ? milliseconds(answered_at) : null,
    received_at: milliseconds(stamped.received_at),
    clock_skew_ms: stamped.clock_skew_ms ?? null,
  });
  const practice = [{ from: day, to: day }];
  switch (event.type) {
    case "session.started":
      return { ...NOTHING, sessions: new Map([[event.body.session_id, { started: event, ended: null }]]) };
    case "session.ended":
      return { ...NOTHING, sessions: new Map([[event.body.session_id, { started: null, ended: event }]]) };
    case "attempt.recorded": {
      const row = attemptRow(event, stamped);
      const attempts = new Map([[event.id, row.graded_correct ?? row.claimed_correct]]);
      const progress = { ...progressOf(pairOf(event.body.reset)), attempts, practiced_at };
      return {
        ...NOTHING,
        attempts: new Map([[event.id, row]]),
        progress: new Map([[row.skill_id, progress]]),
        practice,
      };
    }
    case "progress.advanced": {
      const { skill_id, mastery, completed, reset } = event.body;
      const progress = { ...progressOf(pairOf(reset)), mastery, completed: new Set(completed), practiced_at };
      return { ...NOTHING, progress: new Map([[skill_id, progress]]), practice };
    }
    case "progress.reset": {
      const { skill_id, count, base } = event.body;
      const progress = {
        ...progressOf({ reset_count: count, reset_event: event.id }),
        mastery: base?.mastery ?? 0,
        completed: new Set(base?.completed),
      };
      return { ...NOTHING, progress: new Map([[skill_id, progress]]) };
    }
    default:
      // The tracking plan tells of devices, not of what was learned.
      return NOTHING;
  }
}

function sessionRow(session_id: string, { started, ended }: SessionState): SessionRow {
  const started_at = started ? canonicalInstant(started.occurred_at) : null;
  const ended_at = ended ? canonicalInstant(ended.occurred_at) : null;
  return {
    session_id,
    skill_id: started?.body.skill_id ?? null,
    // An end alone says on which device, too.
    device_id: (started ?? ended)?.device_id ?? "",
    content_version: started?.body.content_version ?? null,
    started_at,
    // A clock that was set back in between must not make the end come first.
    ended_at: ended_at && later(ended_at, started_at),
    end_reason: ended?.body.reason ?? null,
    voided: false,
  };
}

function progressRow(skill_id: string, { completed, attempts, ...rest }: ProgressState): SkillProgressRow {
  return {
    skill_id,
    ...rest,
    completed: [...completed].sort(),
    attempts: attempts.size,
    correct: [...attempts.values()].filter(Boolean).length,
    voided: false,
  };
}

const mapRows = <S, R>(states: ReadonlyMap<string, S>, row: (key: string, state: S) => R) =>
  new Map([...states].sort(([a], [b]) => a < b ? -1 : 1).map(([key, state]) => [key, row(key, state)]));

/** The rows of a state. */
export function rowsOf({ sessions, attempts, progress, practice }: LearnerState): LearnerRows {
  const streaks = streaksOf(practice);
  return {
    session: mapRows(sessions, sessionRow),
    attempt: mapRows(attempts, (_, row) => row),
    skill_progress: mapRows(progress, progressRow),
    practice: streaks ? { days: [...practice], ...streaks } : null,
  };
}

/** The rows that a set of events comes to. */
export function project(events: Iterable<StampedEvent>): LearnerRows {
  return rowsOf([...events].map(stateOf).reduce(join, NOTHING));
}
