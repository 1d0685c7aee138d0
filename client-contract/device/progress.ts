// The learner's progress as an app shows it: the server's rows merged with the events that the server does not count yet. The laws are those of the
// server (private.project_events): the greater reset pair replaces everything; within a pair, mastery is a maximum, completed a union,
// and attempts are counted.
import { z } from "zod";
import { Event } from "../contract/event.ts";
import { compareResets, type ResetPair } from "../contract/projection_model.ts";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

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

const Ids = z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text)));
const ProgressColumns = {
  reset_count: z.number(),
  reset_event: z.string().nullable(),
  mastery: z.number(),
  completed: Ids,
  attempts: z.number(),
  correct: z.number(),
  practiced_at: z.string().nullable(),
};
const ServerProgress = z.object({ ...ProgressColumns, voided: z.number() });
const OwnProgress = z.object({ skill_id: z.string(), ...ProgressColumns });
const Line = z.object({ line: z.string() }).transform(({ line }) => Event.parse(JSON.parse(line)));

/** Progress before the learner has begun. */
const NONE: Progress = {
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
  const base: Progress = order > 0 ? { ...NONE, ...reset } : progress;
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

function readServerProgress(db: Database, skillId: string): z.output<typeof ServerProgress> | undefined {
  return db.get(ServerProgress, queries.serverProgress, skillId);
}

function writeProgress(db: Database, skillId: string, progress: Progress): void {
  db.run(
    queries.writeProgress,
    skillId,
    progress.reset_count,
    progress.reset_event,
    progress.mastery,
    JSON.stringify(progress.completed),
    progress.attempts,
    progress.correct,
    progress.practiced_at,
  );
}

/** Adds a new event. Within the transaction that made it. */
export function addToProgress(db: Database, skillId: string, event: Event): Progress {
  const progress = mergeEvent(progressIn(db, skillId), event);
  // A row that support has voided stays voided, as on the server.
  if (readServerProgress(db, skillId)?.voided !== 1) writeProgress(db, skillId, progress);
  return progressIn(db, skillId);
}

/** Computes a skill's progress again from the server's row and the events that it does not contain. Within a transaction. */
export function refreshProgress(db: Database, skillId: string): void {
  const server = readServerProgress(db, skillId);
  // Quarantined events do not count, as on the server.
  const events = db.all(Line, queries.uncountedEvents, skillId);
  if (server?.voided === 1 || (!server && events.length === 0)) {
    db.run(queries.deleteProgress, skillId);
    return;
  }
  writeProgress(db, skillId, events.reduce(mergeEvent, server ?? NONE));
}

/** Progress as the learner sees it, by skill. */
export function readProgress(db: Database): Map<string, Progress> {
  const rows = db.all(OwnProgress, queries.allProgress);
  return new Map(rows.map(({ skill_id, ...progress }) => [skill_id, progress]));
}

/** Progress in one skill; all zero before the learner has begun. */
export function progressIn(db: Database, skillId: string): Progress {
  const row = db.get(OwnProgress, queries.progressOf, skillId);
  if (!row) return NONE;
  const { skill_id: _, ...progress } = row;
  return progress;
}
