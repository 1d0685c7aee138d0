// A server for tests: the real functions' handlers over a real, throw-away database, without the rest of the stack.
import postgres from "postgres";
import { throwAwayCluster } from "../../start/project.ts";
import { acceptTokensWithoutSession } from "../sign_in.ts";
import type { Cluster } from "../../local/postgres/cluster.ts";
import { type Clock, systemClock } from "../../../supabase/functions/_shared/clock.ts";
import { openDatabase } from "../../../supabase/functions/_shared/database.ts";
import { Problem } from "../../../supabase/functions/_shared/problem.ts";
import { serveFunction } from "../../../supabase/functions/_shared/serve.ts";
import type { Authenticate, Prove } from "../../../supabase/functions/_shared/token.ts";
import { contentHandler } from "../../../supabase/functions/content/handler.ts";
import { syncHandler } from "../../../supabase/functions/sync/handler.ts";

/** Answers a request as the server does. */
export type Handle = (request: Request) => Promise<Response>;

/** A running server; disposing of it stops its database. */
export interface TestServer extends AsyncDisposable {
  handle: Handle;
  /** As the role that owns the product's tables. */
  sql: postgres.Sql;
}

/** A token that the test server takes: unsigned, but of the form of real ones. */
export function testToken(learnerId: string, session?: string): string {
  return `e30.${btoa(JSON.stringify({ sub: learnerId, session_id: session })).replaceAll("=", "")}.test`;
}

const authenticate: Authenticate = (request) => {
  const payload = request.headers.get("authorization")?.split(".")[1];
  if (!payload) return Promise.reject(new Problem("unauthenticated"));
  const { sub, session_id: session = null } = JSON.parse(atob(payload));
  return Promise.resolve({ learner: sub, session });
};

const prove: Prove = (token) =>
  authenticate(new Request("http://carrel.test", { headers: { authorization: `Bearer ${token}` } }));

/** The real handlers over a cluster, with the clock of `sync`; disposing of it closes their connections. */
export function serveCluster(cluster: Cluster, clock: Clock = systemClock): TestServer {
  const sql = postgres(cluster.url("postgres"), { max: 2, onnotice: () => {} });
  const database = openDatabase(cluster.url("carrel_edge"));
  const content = serveFunction("content", authenticate, contentHandler(database));
  const sync = serveFunction("sync", authenticate, syncHandler(database, prove, clock));
  return {
    sql,
    handle: (request) =>
      new URL(request.url).pathname.includes("/content") ? content(request) : sync(request),
    [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }),
  };
}

/** Starts a server whose database holds the migrations and the seed; nothing is published yet. */
export async function startTestServer(clock?: Clock): Promise<TestServer> {
  const cluster = await throwAwayCluster({ migrated: true });
  const server = serveCluster(cluster, clock);
  await acceptTokensWithoutSession(server.sql);
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** Begins another history, as a restore does. */
export async function rotateHistory({ sql }: TestServer): Promise<void> {
  await sql`select ops.rotate_history()`;
}

/** Loses what the learner did, as the restore of a backup from before it does. */
export async function loseEvents(server: TestServer, learnerId: string): Promise<void> {
  const { sql } = server;
  await sql`delete from learner.event where user_id = ${learnerId}`;
  await sql`delete from learner.attempt where user_id = ${learnerId}`;
  await rotateHistory(server);
}
