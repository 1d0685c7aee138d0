// The learner's rows from the server: pages are staged as they arrive, and applied together after the last one.
import { z } from "zod";
import type { Change, ChangesPage } from "../contract/changes.ts";
import { type DeviceContext, readState } from "./context.ts";
import { isRefusedValue } from "./database.ts";
import { keepLetter } from "./dead_letter.ts";
import { supportText } from "./json_line.ts";
import { refreshProgress } from "./progress.ts";

const Place = z.object({ place: z.number() });
const Staged = z.object({ place: z.number(), change: z.string() });
const SkillId = z.object({ skill_id: z.string() });

const value = (field: string) => `json_extract(change, '$.${field}')`;

// A session that this device has ended stays ended while the server does not know of it: the event is on its way.
const APPLY_SESSIONS = `
  insert into session
    (session_id, skill_id, device_id, content_version, started_at, ended_at, end_reason, voided, pulled)
  select ${value("session_id")}, ${value("skill_id")}, ${value("device_id")}, ${value("content_version")},
    ${value("started_at")}, ${value("ended_at")}, ${value("end_reason")}, ${value("voided")}, 1
  from pull_staged where kind = 'session' and place between ? and ? order by place
  on conflict (session_id) do update set
    skill_id = coalesce(excluded.skill_id, skill_id), device_id = excluded.device_id,
    content_version = coalesce(excluded.content_version, content_version),
    started_at = coalesce(excluded.started_at, started_at), ended_at = coalesce(excluded.ended_at, ended_at),
    end_reason = coalesce(excluded.end_reason, end_reason), voided = excluded.voided, pulled = 1`;

// Own rows are applied like all others, although the device could compute them. They were downloaded anyway, and must be written for `pulled`,
// `content_state` and `graded_correct`, so skipping them would save one row of pull_staged. And a pull from the start has just
// deleted own rows whose events are no longer kept.
const APPLY_ATTEMPTS = `
  insert or replace into attempt
    (event_id, session_id, skill_id, question_id, device_id, content_version, content_state, answer, claimed_correct,
     graded_correct, duration_ms, reset_count, reset_event, occurred_at, utc_offset_minutes, voided, pulled)
  select ${value("event_id")}, ${value("session_id")}, ${value("skill_id")}, ${value("question_id")},
    ${value("device_id")}, ${value("content_version")}, ${value("content_state")}, ${value("answer")},
    ${value("claimed_correct")}, ${value("graded_correct")}, ${value("duration_ms")}, ${value("reset_count")},
    ${value("reset_event")}, ${value("occurred_at")}, ${value("utc_offset_minutes")}, ${value("voided")}, 1
  from pull_staged where kind = 'attempt' and place between ? and ? order by place`;

const APPLY_PROGRESS = `
  insert or replace into skill_progress
    (skill_id, reset_count, reset_event, mastery, completed, attempts, correct, practiced_at, voided)
  select ${value("skill_id")}, ${value("reset_count")}, ${value("reset_event")}, ${value("mastery")},
    ${value("completed")}, ${value("attempts")}, ${value("correct")}, ${value("practiced_at")}, ${
  value("voided")
}
  from pull_staged where kind = 'skill_progress' and place between ? and ? order by place`;

const APPLY_PRACTICE = `
  insert or replace into practice (days) select ${
  value("days")
} from pull_staged where kind = 'practice' and place between ? and ? order by place`;

// Marks the events that the pulled rows contain: those delivered before the last page was requested, and attempts that arrived although the
// answer to their batch was lost.
const SETTLE = `
  update outbox set settled =
    state in ('delivered', 'quarantined')
    or exists (select 1 from attempt where attempt.event_id = outbox.event_id and attempt.pulled = 1)
  where settled = 0 or ?`;

/** The cursor to pull from; null: from the start. */
export function pullCursor({ db }: DeviceContext): string | null {
  const state = readState(db);
  return state.pull_next ?? state.pull_cursor;
}

/** Forgets the cursor: the next pull is from the start and replaces everything. Within a transaction. */
export function pullAnew({ db }: Pick<DeviceContext, "db">): void {
  db.run("delete from pull_staged");
  db.run("update sync_state set pull_cursor = null, pull_next = null");
}

// Own rows that the server may have lost return to their state before the pull. Rows of other devices are deleted.
function dropPulled({ db }: DeviceContext): void {
  db.run(`update attempt set pulled = 0, content_state = null, graded_correct = null
    where pulled = 1 and event_id in (select event_id from outbox)`);
  db.run("delete from attempt where pulled = 1");
  db.run(`update session set pulled = 0
    where pulled = 1 and session_id in (
      select json_extract(line, '$.body.session_id') from outbox
      where type in ('session.started', 'session.ended'))`);
  db.run("delete from session where pulled = 1");
  db.run("delete from skill_progress");
  db.run("delete from practice");
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
function applyRows(context: DeviceContext, kind: Change["kind"], sql: string): void {
  const { db } = context;
  try {
    db.run(sql, 0, Number.MAX_SAFE_INTEGER);
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    for (
      const { place, change } of db.all(Staged, "select place, change from pull_staged where kind = ?", kind)
    ) {
      writeRow(context, kind, change, () => db.run(sql, place, place));
    }
  }
}

function apply(context: DeviceContext, cursor: string): void {
  const { db } = context;
  const isWhole = readState(db).pull_cursor === null;
  // Skills whose progress may change.
  const touched = db.all(
    SkillId,
    `select skill_id from outbox where skill_id is not null and settled = 0
     union select ${value("skill_id")} as skill_id from pull_staged where kind = 'skill_progress'
     union select skill_id from progress where ?`,
    isWhole ? 1 : 0,
  );
  if (isWhole) dropPulled(context);
  applyRows(context, "session", APPLY_SESSIONS);
  applyRows(context, "attempt", APPLY_ATTEMPTS);
  applyRows(context, "skill_progress", APPLY_PROGRESS);
  applyRows(context, "practice", APPLY_PRACTICE);
  db.run(SETTLE, isWhole ? 1 : 0);
  db.run("delete from pull_staged");
  db.run("update sync_state set pull_cursor = ?, pull_next = null", cursor);
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
  let { place } = db.get(Place, "select coalesce(max(place), 0) as place from pull_staged") ?? { place: 0 };
  for (const change of page.changes) {
    const { kind } = change;
    const row = JSON.stringify(rowOf(change));
    writeRow(
      context,
      kind,
      row,
      () => db.run("insert into pull_staged (place, kind, change) values (?, ?, ?)", ++place, kind, row),
    );
  }
  if (page.more) db.run("update sync_state set pull_next = ?", page.cursor);
  else apply(context, page.cursor);
  return page.changes.length;
}
