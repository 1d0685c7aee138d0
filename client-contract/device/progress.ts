// The learner's progress as an app shows it: the server's rows merged with the events that the server does not count yet, by the laws of
// contract/merge.ts.
import { z } from "zod";
import { Event } from "../contract/event.ts";
import { mergeEvent, NO_PROGRESS, type Progress } from "../contract/merge.ts";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

export type { Progress } from "../contract/merge.ts";

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
  writeProgress(db, skillId, events.reduce(mergeEvent, server ?? NO_PROGRESS));
}

/** Progress as the learner sees it, by skill. */
export function readProgress(db: Database): Map<string, Progress> {
  const rows = db.all(OwnProgress, queries.allProgress);
  return new Map(rows.map(({ skill_id, ...progress }) => [skill_id, progress]));
}

/** Progress in one skill; all zero before the learner has begun. */
export function progressIn(db: Database, skillId: string): Progress {
  const row = db.get(OwnProgress, queries.progressOf, skillId);
  if (!row) return NO_PROGRESS;
  const { skill_id: _, ...progress } = row;
  return progress;
}
