// Sends what SQL has queued with pg_net: after the commit, once, in batches that are as slow as their slowest
// request. What can't be delivered is recorded, and nobody tries again.
import postgres from "postgres";
import { listen } from "../postgres/listener.ts";
import type { ServiceContext } from "../service.ts";
import { type QueuedRequest, send } from "./request.ts";

/** Requests sent at once: pg_net.batch_size. */
const BATCH = 200;
/** How long responses are kept: pg_net.ttl. */
const TTL = "6 hours";
/** Between two attempts to reach a database that went away, in milliseconds. */
const RETRY_MS = 500;

/** A worker that runs until it is closed. */
export interface NetWorker {
  /** Ends the worker; requests under way are cut off. */
  close(): Promise<void>;
}

/** Takes the next batch off the queue, so that a crash loses requests and never repeats one. */
async function takeBatch(sql: postgres.Sql): Promise<QueuedRequest[]> {
  return await sql<QueuedRequest[]>`
    with taken as (select id from net.http_request_queue order by id limit ${BATCH})
    delete from net.http_request_queue q using taken where q.id = taken.id
    returning q.id::text as id, upper(q.method) as method, q.url, q.body,
              (select jsonb_object_agg(h.key, h.value)
                 from jsonb_each_text(case when jsonb_typeof(q.headers) = 'object' then q.headers end) h) as headers,
              q.timeout_milliseconds as "timeoutMs"`;
}

async function forgetExpired(sql: postgres.Sql): Promise<void> {
  await sql`
    delete from net._http_response
     where ctid = any (array(
       select ctid from net._http_response where created < now() - ${TTL}::interval order by created limit ${BATCH}))`;
}

/** Starts the worker. It waits for the extension where that is missing. */
export async function startNetWorker(
  context: Pick<ServiceContext, "databaseUrl" | "log">,
): Promise<NetWorker> {
  const url = context.databaseUrl("supabase_admin");
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    connection: { application_name: "pg_net" },
    onnotice: () => {},
  });
  const closing = new AbortController();
  let wanted = false;
  let working: Promise<void> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  async function emptyQueue(): Promise<void> {
    const [found] = await sql<{ there: boolean }[]>`
      select to_regclass('net.http_request_queue') is not null as there`;
    if (!found?.there) return;
    for (;;) {
      const batch = await takeBatch(sql);
      await forgetExpired(sql);
      if (batch.length === 0 || closing.signal.aborted) return;
      const responses = await Promise.all(batch.map((request) => send(request, closing.signal)));
      await sql`
        insert into net._http_response
               (id, status_code, content_type, headers, content, timed_out, error_msg)
        select id, status_code, content_type, headers, content, timed_out, error_msg
          from jsonb_populate_recordset(null::net._http_response, ${sql.json(responses)})`;
    }
  }

  async function work(): Promise<void> {
    while (wanted && !closing.signal.aborted) {
      wanted = false;
      try {
        await emptyQueue();
      } catch (error) {
        if (closing.signal.aborted) return;
        context.log(`pg_net: ${error instanceof Error ? error.message : error}`);
        retry = setTimeout(wake, RETRY_MS);
      }
    }
  }

  function wake(): void {
    wanted = true;
    working ??= work().finally(() => {
      working = undefined;
      // Woken between the last look at `wanted` and here.
      if (wanted && !closing.signal.aborted) wake();
    });
  }

  const stopListening = await listen(url, "pg_net", "pg_net", { heard: wake, lost() {}, restored: wake });
  wake();
  return {
    async close() {
      closing.abort();
      clearTimeout(retry);
      await stopListening();
      await working;
      await sql.end({ timeout: 1 });
    },
  };
}
