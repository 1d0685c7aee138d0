// The learner's rows from the server: pages are staged as they arrive, and applied together after the last one.
import { z } from "zod";
import type { Change, ChangesPage } from "../contract/changes.ts";
import { type DeviceContext, readState } from "./context.ts";
import { isRefusedValue } from "./database.ts";
import { keepLetter } from "./dead_letter.ts";
import { supportText } from "./json_line.ts";
import { refreshProgress } from "./progress.ts";
import * as queries from "./queries.gen.ts";
import type { Query } from "./storage.ts";

const Place = z.object({ place: z.number() });
const Staged = z.object({ place: z.number(), change: z.string() });
const SkillId = z.object({ skill_id: z.string() });

/** The cursor to pull from; null: from the start. */
export function pullCursor({ db }: DeviceContext): string | null {
  const state = readState(db);
  return state.pull_next ?? state.pull_cursor;
}

/** Forgets the cursor: the next pull is from the start and replaces everything. Within a transaction. */
export function pullAnew({ db }: Pick<DeviceContext, "db">): void {
  db.run(queries.dropStaged);
  db.run(queries.forgetCursor);
}

// Own rows that the server may have lost return to their state before the pull. Rows of other devices are deleted.
function dropPulled({ db }: DeviceContext): void {
  db.run(queries.keepOwnAttempts);
  db.run(queries.dropPulledAttempts);
  db.run(queries.keepOwnSessions);
  db.run(queries.dropPulledSessions);
  db.run(queries.dropServerProgress);
  db.run(queries.dropServerPractice);
}

/** Characters of a refused row that are kept for support: as many as a dead letter holds, whatever their bytes. */
const MAX_ROW = 60_000;

/** Runs a statement that writes a pulled row. A row that the database refuses is kept for support, so that it can't stop those after it. */
function writeRow(context: DeviceContext, kind: Change["kind"], row: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    keepLetter(context, supportText(row, MAX_ROW), `pulled ${kind}: ${error.message}`);
  }
}

/** Applies the staged rows of a kind together, or, if one of them is refused, each by itself. */
function applyRows(context: DeviceContext, kind: Change["kind"], query: Query<[number, number]>): void {
  const { db } = context;
  try {
    db.run(query, 0, Number.MAX_SAFE_INTEGER);
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    for (const { place, change } of db.all(Staged, queries.stagedChanges, kind)) {
      writeRow(context, kind, change, () => db.run(query, place, place));
    }
  }
}

function apply(context: DeviceContext, cursor: string): void {
  const { db } = context;
  const isWhole = readState(db).pull_cursor === null;
  // Skills whose progress may change.
  const touched = db.all(SkillId, queries.touchedSkills, isWhole ? 1 : 0);
  if (isWhole) dropPulled(context);
  applyRows(context, "session", queries.applySessions);
  // Own rows are applied like all others, although the device could compute them. They were downloaded anyway, and must be written for `pulled`,
  // `content_state` and `graded_correct`, so skipping them would save one row of pull_staged. And a pull from the start has just
  // deleted own rows whose events are no longer kept.
  applyRows(context, "attempt", queries.applyAttempts);
  applyRows(context, "skill_progress", queries.applyProgress);
  applyRows(context, "practice", queries.applyPractice);
  db.run(queries.settlePulled, isWhole ? 1 : 0);
  db.run(queries.dropStaged);
  db.run(queries.rememberCursor, cursor);
  for (const { skill_id } of touched) refreshProgress(db, skill_id);
}

// PostgreSQL writes times with its own precision and offset; the device's tables have one form.
const time = (text: string | null) => text === null ? null : new Date(text).toISOString();

function rowOf(change: Change): object {
  switch (change.kind) {
    case "session":
      return { ...change.row, started_at: time(change.row.started_at), ended_at: time(change.row.ended_at) };
    case "attempt":
      return { ...change.row, occurred_at: time(change.row.occurred_at) };
    case "skill_progress":
      return { ...change.row, practiced_at: time(change.row.practiced_at) };
    case "practice":
      return change.row;
  }
}

/** Stages a page; the last one applies all of them. Returns the number of its changes. Within a transaction. */
export function stagePull(context: DeviceContext, page: ChangesPage): number {
  const { db } = context;
  let { place } = db.get(Place, queries.lastStagedPlace) ?? { place: 0 };
  for (const change of page.changes) {
    const { kind } = change;
    const row = JSON.stringify(rowOf(change));
    writeRow(context, kind, row, () => db.run(queries.stageChange, ++place, kind, row));
  }
  if (page.more) db.run(queries.rememberNextPage, page.cursor);
  else apply(context, page.cursor);
  return page.changes.length;
}
