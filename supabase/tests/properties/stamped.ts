// What the database holds of a learner, in the terms of the reference model: the stamped events of the ledger, and the rows that a
// device would pull.
import type postgres from "postgres";
import { ChangesPage } from "../../../client-contract/contract/changes.ts";
import { Event } from "../../../client-contract/contract/event.ts";
import {
  canonicalInstant,
  type LearnerRows,
  type StampedEvent,
} from "../../../client-contract/contract/projection_model.ts";

interface LedgerRow {
  event: unknown;
  received_at: string;
  clock_skew_ms: number | null;
  skill_id: string | null;
  content_state: string | null;
  graded_correct: boolean | null;
}

/** The learner's ledger. */
export async function readLedger(sql: postgres.Sql, learner: string): Promise<StampedEvent[]> {
  const rows = await sql<LedgerRow[]>`
    select jsonb_build_object('id', private.uuid_to_ulid(event_id), 'type', type, 'version', type_version, 'learner_id', user_id,
        'device_id', device_id, 'occurred_at', to_char(occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'utc_offset_minutes', utc_offset_minutes, 'clock_offset_ms', clock_offset_ms,
        'answered_at', to_char(answered_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'body', body) as event,
      to_char(received_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as received_at,
      clock_skew_ms::float8 as clock_skew_ms, skill_id, content_state, graded_correct
    from learner.event where user_id = ${learner}`;
  return rows.map(({ event, ...stamps }) => ({ event: Event.parse(event), ...stamps }));
}

/** Everything of the learner as one pull gives it, with the model's form of times. */
export async function pullRows(sql: postgres.Sql, learner: string): Promise<LearnerRows> {
  const rows: LearnerRows = {
    session: new Map(),
    attempt: new Map(),
    skill_progress: new Map(),
    practice: null,
  };
  const time = (text: string | null) => text === null ? null : canonicalInstant(text);
  let cursor: string | null = null;
  for (let more = true; more;) {
    const [answer]: { page: string }[] =
      await sql`select private.learner_changes(${learner}, ${cursor}, 20)::text as page`;
    const page: ChangesPage = ChangesPage.parse(JSON.parse(answer?.page ?? ""));
    for (const { kind, row } of page.changes) {
      if (kind === "session") {
        const { started_at, ended_at } = row;
        rows.session.set(row.session_id, { ...row, started_at: time(started_at), ended_at: time(ended_at) });
      } else if (kind === "attempt") {
        rows.attempt.set(row.event_id, { ...row, occurred_at: canonicalInstant(row.occurred_at) });
      } else if (kind === "skill_progress") {
        rows.skill_progress.set(row.skill_id, { ...row, practiced_at: time(row.practiced_at) });
      } else {
        rows.practice = row;
      }
    }
    ({ cursor, more } = page);
  }
  return rows;
}
