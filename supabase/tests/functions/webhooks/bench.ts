// What tests of the dispatcher share: a database with endpoints, and dispatchers in this process.
import assert from "node:assert/strict";
import postgres from "postgres";
import { dispatch, type DispatchOptions, type DispatchReport } from "../../../functions/webhooks/dispatch.ts";
import { openOutbox } from "../../../functions/webhooks/outbox.ts";
import { throwAwayCluster } from "../../../../scripts/start/project.ts";

/** An endpoint as it was added. */
export interface Endpoint {
  id: string;
  secret: string;
}

/** A delivery, as the log shows it. */
export interface LoggedDelivery {
  message_id: string;
  endpoint_id: string;
  type: string;
  version: number;
  state: string;
  attempts: number;
  log: { attempt: number; outcome: string; status: number | null; answer: string | null }[];
}

/** A database under a dispatcher. */
export interface WebhookBench extends AsyncDisposable {
  sql: postgres.Sql;
  /** Adds an endpoint on the loopback. */
  endpoint(url: string): Promise<Endpoint>;
  /** Publishes a change; returns its version. */
  publish(): Promise<number>;
  /** One run of a dispatcher. */
  dispatch(o?: Partial<DispatchOptions>): Promise<DispatchReport>;
  /** As if enough time had passed: all that waits is due, all leases are over. */
  timePasses(): Promise<void>;
  log(): Promise<LoggedDelivery[]>;
  /** A new wake token for a worker. */
  wakeToken(slug: string): Promise<string>;
}

/** The calls of a database that has the migrations; `edgeUrl` connects as carrel_edge. */
export function webhookBench(
  databaseUrl: string,
  edgeUrl: string,
  dispose: () => PromiseLike<void>,
): WebhookBench {
  const sql = postgres(databaseUrl, { max: 4, onnotice: () => {} });
  const outbox = openOutbox(edgeUrl);
  return {
    sql,
    async endpoint(url) {
      const [row] = await sql<{ added: Endpoint }[]>`
        select public.add_webhook_endpoint(${url}, local => true) as added`;
      assert.ok(row);
      return row.added;
    },
    async publish() {
      await sql`update content.domain set title = left(title, 100) || '!' where key = (select min(key) from content.domain)`;
      const [row] = await sql<{ head: { version: number } }[]>`select public.publish_release() as head`;
      assert.ok(row);
      return row.head.version;
    },
    dispatch: (o = {}) =>
      dispatch({
        outbox,
        resolve: () => Promise.reject(new Error("There is no DNS here.")),
        allowLoopback: true,
        timeoutMs: 60_000,
        // The longest waits: a run that takes its time must not find due again what it has just failed with.
        random: () => 0,
        now: Date.now,
        ...o,
      }),
    async timePasses() {
      await sql`update ops.webhook_delivery set next_attempt_at = clock_timestamp(),
        claimed_until = case when claimed_until is not null then clock_timestamp() - interval '1 hour' end
        where state = 'pending'`;
    },
    async wakeToken(slug) {
      const [row] = await sql<{ token: string }[]>`select private.new_wake(${slug}) as token`;
      assert.ok(row);
      return row.token;
    },
    log: () => sql<LoggedDelivery[]>`select * from public.webhook_deliveries(page_rows => 1000)`,
    async [Symbol.asyncDispose]() {
      await Promise.all([sql.end({ timeout: 5 }), outbox[Symbol.asyncDispose]()]);
      await dispose();
    },
  };
}

/** Starts a migrated and seeded database. */
export async function startWebhookBench(): Promise<WebhookBench> {
  const cluster = await throwAwayCluster({ migrated: true });
  return webhookBench(
    cluster.url("postgres"),
    cluster.url("carrel_edge"),
    () => cluster[Symbol.asyncDispose](),
  );
}
