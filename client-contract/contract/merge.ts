// The merge laws of progress, for a client that shows the server's row with the events that the server does not count yet. They are those of the
// server (private.project_events): the greater reset pair replaces everything; within a pair, mastery is a maximum, completed a union,
// and attempts are counted.
import type { Event } from "./event.ts";
import { compareResets, type ResetPair } from "./projection_model.ts";

/** Progress in one skill, within its current reset. */
export interface Progress extends ResetPair {
  /** 0 to 100. */
  mastery: number;
  /** Question ids, sorted, each once. */
  completed: string[];
  /** The number of answers. */
  attempts: number;
  /** The number of right answers. */
  correct: number;
  /** RFC 3339, UTC, milliseconds. */
  practiced_at: string | null;
}

/** Progress before the learner has begun. */
export const NO_PROGRESS: Progress = {
  reset_count: 0,
  reset_event: null,
  mastery: 0,
  completed: [],
  attempts: 0,
  correct: 0,
  practiced_at: null,
};

/** The reset that an event belongs to; undefined for events of sessions. */
function resetOf(event: Event): ResetPair | undefined {
  switch (event.type) {
    case "attempt.recorded":
    case "progress.advanced":
      return { reset_count: event.body.reset?.count ?? 0, reset_event: event.body.reset?.event ?? null };
    case "progress.reset":
      return { reset_count: event.body.count, reset_event: event.id };
    default:
      return undefined;
  }
}

const later = (a: string | null, b: string) => a === null || b > a ? b : a;
const union = (a: string[], b: readonly string[]) => [...new Set([...a, ...b])].sort();

/**
 * Progress with one more event. Any order of the same events gives the same progress. An attempt may be merged only once; other events any number
 * of times.
 */
export function mergeEvent(progress: Progress, event: Event): Progress {
  const reset = resetOf(event);
  if (!reset) return progress;
  const order = compareResets(reset, progress);
  if (order < 0) return progress;
  const base: Progress = order > 0 ? { ...NO_PROGRESS, ...reset } : progress;
  switch (event.type) {
    case "attempt.recorded":
      return {
        ...base,
        attempts: base.attempts + 1,
        correct: base.correct + (event.body.correct ? 1 : 0),
        practiced_at: later(base.practiced_at, event.occurred_at),
      };
    case "progress.advanced":
      return {
        ...base,
        mastery: Math.max(base.mastery, event.body.mastery),
        completed: union(base.completed, event.body.completed ?? []),
        practiced_at: later(base.practiced_at, event.occurred_at),
      };
    case "progress.reset":
      return {
        ...base,
        mastery: Math.max(base.mastery, event.body.base?.mastery ?? 0),
        completed: union(base.completed, event.body.base?.completed ?? []),
      };
    default:
      return base;
  }
}
