// A server of batches whose replies are scripted, and a client of it.
import assert from "node:assert/strict";
import { createClient } from "../../../client-contract/client/client.ts";
import type { DeliverOptions } from "../../../client-contract/client/deliver.ts";
import { CONTENT_SCHEMA } from "../../../client-contract/contract/limits.ts";
import { DEFAULT_STEERING, type Steering } from "../../../client-contract/contract/steering.ts";
import { Problem, problemResponse } from "../../../supabase/functions/_shared/problem.ts";
import { testClock } from "../device/clock.ts";

const DEVICE = "5f17a0de-0000-4000-8000-000000000001";
const BATCH = "01KANZ00000000000000000000";
const HEAD = {
  history: "0a93ab2dc16574ce",
  schema: CONTENT_SCHEMA,
  version: 0,
  published_at: null,
  root: null,
  domains: 0,
  skills: 0,
  questions: 0,
  minimum_version: 0,
  horizon: 0,
  poll_after_s: 300,
  schema_ends_at: null,
  bundled: null,
};

/** A code of a refused request. */
type Refusal = ConstructorParameters<typeof Problem>[0];

/** What becomes of one request. */
export type Fate =
  | { kind: "ok" | "lost" | "reply_lost" | "cut" | "not_ours" | "expired" | "too_large" }
  | { kind: "refused"; code: Refusal; after?: number }
  | { kind: "later"; after: number };

const problem = (code: Refusal, after?: number) => {
  const response = problemResponse(new Problem(code), "request-1");
  response.headers.delete("retry-after");
  if (after !== undefined) response.headers.set("retry-after", String(after));
  return response;
};

async function inflated(request: Request): Promise<string> {
  const body = await request.blob();
  if (request.headers.get("content-encoding") !== "gzip") return await body.text();
  return await new Response(body.stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

/** A server that keeps what it takes, and whose replies are scripted. After the script it does everything right. */
export function scriptedSync(fates: Fate[] = [], steering: Partial<Steering> = {}) {
  const held = new Set<string>();
  const inFlight = new Set<string>();
  const batches: { lines: string[]; id: string; token: string | null; sentAt: string }[] = [];
  let token = 0;
  const clock = testClock();

  function answer(lines: string[], after?: number): Response {
    const results = lines.map((line) => {
      const { id, bad } = JSON.parse(line);
      // Every second event is one that the server can't take yet.
      if (after !== undefined && !held.has(id) && Number(id.slice(-1)) % 2 === 0) {
        return { id, status: "retry", code: "quarantine_full", retryable: true, retry_after_s: after };
      }
      const status = bad ? "quarantined" : held.has(id) ? "duplicate" : "applied";
      held.add(id);
      return { id, status, ...(bad ? { code: "invalid_event", retryable: false } : {}) };
    });
    const batch = {
      batch_id: BATCH,
      changed: true,
      received_at: "2026-11-22T10:00:05+00:00",
      token: "t",
      results,
    };
    return new Response(
      JSON.stringify({ batch, head: HEAD, steering: { ...DEFAULT_STEERING, ...steering }, pull: null }),
    );
  }

  async function respond(request: Request): Promise<Response> {
    const [header = "", ...lines] = (await inflated(request)).trimEnd().split("\n");
    const { batch_id, sent_at } = JSON.parse(header);
    batches.push({ lines, id: batch_id, token: request.headers.get("authorization"), sentAt: sent_at });
    for (const line of lines) {
      assert.ok(!inFlight.has(line), "an event is under way once at a time");
      inFlight.add(line);
    }
    try {
      await Promise.resolve();
      const fate = fates.shift() ?? { kind: "ok" };
      switch (fate.kind) {
        case "later":
          return answer(lines, fate.after);
        case "lost":
          throw new TypeError("connection refused");
        case "reply_lost":
          answer(lines);
          throw new TypeError("connection reset");
        case "cut":
          return new Response((await answer(lines).text()).slice(0, -7));
        case "not_ours":
          return new Response("{}");
        case "expired":
          return problem("token_expired");
        case "too_large":
          return problem("payload_too_large");
        case "refused":
          return problem(fate.code, fate.after);
        default:
          return answer(lines);
      }
    } finally {
      for (const line of lines) inFlight.delete(line);
    }
  }

  const client = createClient({
    url: "http://carrel.test",
    getToken: ({ refused }) => `token ${refused ? ++token : token}`,
    fetch: (input, init) => respond(new Request(input, init)),
  });
  const options: DeliverOptions = {
    header: { device_id: DEVICE },
    makeId: () => crypto.randomUUID(),
    clock,
    random: () => 0.5,
  };
  return { client, clock, held, batches, options };
}

/** An event's line; the server quarantines a bad one. */
export const lineOf = (place: number, bad = false, padding = "") =>
  JSON.stringify({ id: `event ${place}`, ...(bad ? { bad } : {}), ...(padding ? { padding } : {}) });
/** Lines of so many events. */
export const lines = (count: number) => Array.from({ length: count }, (_, place) => lineOf(place));
