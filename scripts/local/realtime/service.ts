// Stand-in for hosted Realtime: broadcasts between clients, from the database and over HTTP, on public and on
// private channels. Presence, Postgres Changes and everything else are refused with a sentence.
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import type { Service, ServiceContext } from "../service.ts";
import { createAuthorizer } from "./authorization.ts";
import { broadcastBatch, broadcastOne } from "./broadcast_api.ts";
import { Connection, type ConnectionContext } from "./connection.ts";
import { broadcastBody, byteLength, PAYLOAD_LIMIT, type Version } from "./frame.ts";
import { Hub } from "./hub.ts";
import { startFeed } from "./message_feed.ts";
import { openToken, type Token, TokenRefused } from "./token.ts";

const PREFIX = "/realtime/v1";
/** Joins that are authorised at once; each takes 1-4 ms. */
const DATABASE_CONNECTIONS = 4;
/** Partitions exist for three days ahead, so a machine may sleep for two before one is missing. */
const MAINTENANCE_MS = 3_600_000;
/** How long a client may take to answer the closing of its socket. */
const GOODBYE_MS = 1_000;
/** A policy that takes longer counts as failed. */
const STATEMENT_TIMEOUT_MS = 8_000;

function versionOf(url: URL): Version | undefined {
  const version = url.searchParams.get("vsn") ?? "1.0.0";
  return version === "1.0.0" || version === "2.0.0" ? version : undefined;
}

/** Undefined where the handshake's other headers are missing or wrong. */
function upgradeOf(request: Request): Deno.WebSocketUpgrade | undefined {
  try {
    return Deno.upgradeWebSocket(request);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The parts of a path as they were meant; undefined where an escape is broken. */
function decoded(parts: string[]): string[] | undefined {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** An API key lasts; only the short-lived token that stands for it ends. */
function lasting(token: Token, url: URL): Token {
  return url.searchParams.get("apikey")?.startsWith("sb_") ? { ...token, expires: Infinity } : token;
}

/** Connects to the database and starts to relay; ready when it resolves. */
export async function createRealtime(context: ServiceContext): Promise<Service> {
  const { keys } = context;
  const log = (line: string) => context.log(`Realtime: ${line}`);
  const databaseUrl = context.databaseUrl("supabase_realtime_admin");
  const sql = postgres(databaseUrl, {
    max: DATABASE_CONNECTIONS,
    connection: { application_name: "realtime", statement_timeout: STATEMENT_TIMEOUT_MS },
    onnotice: () => {},
  });
  const maintain = () => sql`select realtime.maintain_partitions()`;
  await maintain();

  const hub = new Hub();
  const feed = await startFeed(databaseUrl, sql, ({ id, topic, event, payload, private: isPrivate }) => {
    // Dropped here because hosted drops it.
    if (byteLength(payload) > PAYLOAD_LIMIT) {
      return log(`A message for ${topic} is larger than ${PAYLOAD_LIMIT} bytes`);
    }
    hub.publish(topic, isPrivate, { kind: "object", body: broadcastBody(event, payload, { id }) }, { id });
  }, log);
  const authorizer = createAuthorizer(sql, log);
  const shared: ConnectionContext = { hub, feed, authorizer, keys, log };
  const connections = new Set<Connection>();
  const maintenance = setInterval(() => {
    maintain().catch((error) => log(`Partitions can't be maintained: ${error.message}`));
  }, MAINTENANCE_MS);

  function connect(request: Request, url: URL, token: Token): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return Response.json({ error: "This address takes WebSockets only" }, { status: 426 });
    }
    const version = versionOf(url);
    if (!version) return Response.json({ error: "Unsupported protocol version" }, { status: 400 });
    const upgrade = upgradeOf(request);
    if (!upgrade) return Response.json({ error: "Not a WebSocket handshake" }, { status: 400 });
    const { socket, response } = upgrade;
    const connection = new Connection(socket, version, lasting(token, url), shared);
    connections.add(connection);
    connection.closed.then(() => connections.delete(connection));
    return response;
  }

  async function answer(request: Request, tokenText: string): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname.slice(PREFIX.length);
    if (path === "/websocket") {
      try {
        return connect(request, url, await openToken(keys, tokenText));
      } catch (error) {
        if (!(error instanceof TokenRefused)) throw error;
        const message = error.message.replace(/ \d+ seconds ago$/, "");
        return Response.json({ error: message }, { status: 401 });
      }
    }
    const [, batch, topic, event] = path.match(/^\/api(\/broadcast)(?:\/([^/]+)\/events\/([^/]+))?$/) ?? [];
    if (!batch || request.method !== "POST") {
      const message = `${request.method} ${url.pathname} is not part of the local Realtime.`;
      return Response.json({ message }, { status: 501 });
    }
    let token: Token;
    try {
      token = await openToken(keys, tokenText);
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      return Response.json({ message: "Unauthorized" }, { status: 401 });
    }
    if (!topic || !event) return await broadcastBatch(request, token, shared);
    const names = decoded([topic, event]);
    if (!names) return Response.json({ message: "The address has a broken escape" }, { status: 400 });
    return await broadcastOne(request, token, names, shared);
  }

  return {
    fetch: answer,
    async close() {
      clearInterval(maintenance);
      const open = [...connections];
      for (const connection of open) connection.close();
      const goodbyes = Promise.all(open.map((connection) => connection.closed));
      // A client that is gone without a word never answers.
      const limit = new AbortController();
      await Promise.race([goodbyes, delay(GOODBYE_MS, undefined, { signal: limit.signal }).catch(() => {})]);
      limit.abort();
      await feed.close();
      await sql.end({ timeout: 1 });
    },
  };
}
