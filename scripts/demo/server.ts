// The server's side of a claim, read by SQL as an administrator would, past everything that the demo exercises.
import type postgres from "postgres";
import { z } from "zod";
import type { Device } from "../../client-contract/device/device.ts";
import { CONTENT_SCHEMA } from "../../client-contract/contract/limits.ts";
import type { Progress } from "../../client-contract/device/progress.ts";

const Body = z.object({ id: z.string(), body: z.string() });

/** How much the server holds of the learner. */
export interface Counts {
  events: number;
  attempts: number;
  /** Events that arrived again, over all batches. */
  duplicates: number;
  quarantined: number;
}

/** Progress without what differs by nature: receipt, form of times. */
export type ComparableProgress = Pick<
  Progress,
  "mastery" | "attempts" | "correct" | "completed" | "reset_count"
>;

/** What the database says of one learner. */
export class Server {
  constructor(private readonly sql: postgres.Sql, private readonly learner: string) {}

  /** Whether a device's cache is, byte for byte, what is published. */
  async holdsSameBytes(device: Device): Promise<boolean> {
    const published = await this.sql<{ id: string; body: string }[]>`
      select id, body from (
        select distinct on (kind, id) id, body from content.revision where ${CONTENT_SCHEMA} between from_schema and schema order by kind, id, version desc
      ) latest where body is not null`;
    const cached = new Map(
      device.db.all(Body, "select id, body from content_row").map((row) => [row.id, row.body]),
    );
    return published.length === cached.size && published.every((row) => cached.get(row.id) === row.body);
  }

  /** Rows written and withdrawn since a version. */
  async changesSince(version: number): Promise<{ upserts: number; deletes: number }> {
    const [row] = await this.sql<{ upserts: number; deletes: number }[]>`
      select sum(upserts)::int as upserts, sum(deletes)::int as deletes from content.release where version > ${version}`;
    return row ?? { upserts: 0, deletes: 0 };
  }

  /** Counts of the learner's rows. */
  async counts(): Promise<Counts> {
    const [row] = await this.sql<Counts[]>`
      select
        (select count(*)::int from learner.event where user_id = ${this.learner}) as events,
        (select count(*)::int from learner.attempt where user_id = ${this.learner}) as attempts,
        (select coalesce(sum(duplicate), 0)::int from learner.batch where user_id = ${this.learner}) as duplicates,
        (select count(*)::int from ops.quarantine where user_id = ${this.learner}) as quarantined`;
    if (!row) throw new Error("no counts");
    return row;
  }

  /** How many telemetry events of each type the learner's devices have sent. */
  async telemetry(): Promise<Map<string, number>> {
    const rows = await this.sql<{ type: string; count: number }[]>`
      select type, count(*)::int as count from ops.telemetry where user_id = ${this.learner} group by type order by type`;
    return new Map(rows.map(({ type, count }) => [type, count]));
  }

  /** Progress in a skill. */
  async progress(skillId: string): Promise<ComparableProgress> {
    const [row] = await this.sql<Progress[]>`
      select mastery, attempts, correct, completed, reset_count from learner.skill_progress
      where user_id = ${this.learner} and skill_id = ${skillId}`;
    if (!row) throw new Error(`no progress in ${skillId}`);
    return this.comparable(row);
  }

  /** The comparable part of a device's progress. */
  comparable({ mastery, attempts, correct, completed, reset_count }: ComparableProgress): ComparableProgress {
    return { mastery, attempts, correct, completed: completed.toSorted(), reset_count };
  }
}
