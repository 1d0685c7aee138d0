// The database under a property or race test, and what a learner's rows look like without their numbers.
import assert from "node:assert/strict";
import postgres from "postgres";
import { ulid } from "ulid";
import { throwAwayCluster } from "../../../scripts/start/project.ts";
import { acceptTokensWithoutSession } from "../../../scripts/testkit/sign_in.ts";
import type { HistoryEvent } from "./history.ts";

/** A migrated and seeded database. */
export interface TestDatabase extends AsyncDisposable {
  sql: postgres.Sql;
  /** A pool of its own, for a second party in a race. */
  connect(): postgres.Sql;
}

/** Starts one. */
export async function testDatabase(): Promise<TestDatabase> {
  const cluster = await throwAwayCluster({ migrated: true });
  const open: postgres.Sql[] = [];
  const connect = () => {
    const sql = postgres(cluster.url("postgres"), { max: 4, onnotice: () => {} });
    open.push(sql);
    return sql;
  };
  const sql = connect();
  await acceptTokensWithoutSession(sql);
  return {
    sql,
    connect,
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((sql) => sql.end({ timeout: 5 })));
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** What ingest answers. */
export interface IngestAnswer {
  results: { id?: string; status: string; code?: string }[];
  /** RFC 3339 with microseconds. */
  received_at: string;
  /** As the header said. */
  sent_at: string;
}

/** Sends events as one batch of the learner, by a device whose clock is behind the server's by `skewMs`. The events name `owner`. */
export async function ingest(
  sql: postgres.Sql | postgres.TransactionSql,
  learner: string,
  events: readonly HistoryEvent[],
  skewMs = 0,
  owner = learner,
): Promise<IngestAnswer> {
  const header = {
    batch_id: ulid(),
    device_id: events[0]?.device_id ?? "d0000000-0000-4000-8000-000000000001",
    sent_at: new Date(Date.now() - skewMs).toISOString(),
    contract_version: 1,
  };
  const lines = [header, ...events.map((event) => ({ ...event, version: 1, learner_id: owner }))];
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  const [row] = await sql<
    { answer: Omit<IngestAnswer, "sent_at"> }[]
  >`select private.ingest_for(${learner}, null, ${text}) as answer`;
  assert.ok(row);
  return { ...row.answer, sent_at: header.sent_at };
}

/** All rows projected for a learner, without what arrival numbers: learner and change numbers. */
export async function projection(sql: postgres.Sql, learner: string): Promise<unknown> {
  const [row] = await sql`
    select json_agg(r order by r.kind, r.row_id) as rows from private.projection_rows(${learner}) r`;
  return row?.rows;
}
