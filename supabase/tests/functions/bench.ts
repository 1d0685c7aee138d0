// What the tests of the Edge Functions share: a stack of their own, learners with tokens, and batches.
import { ulid } from "ulid";
import postgres from "postgres";
import type { Stack } from "../../../scripts/local/stack.ts";
import { throwAwayStack } from "../../../scripts/start/project.ts";
import { signIn } from "../../../scripts/testkit/sign_in.ts";

/** A signed-in learner with one device. */
export interface Learner {
  id: string;
  deviceId: string;
  token: string;
}

/** An event as it goes over the wire; tests bend it as they like. */
export type WireEvent = Record<string, unknown>;

/** A parsed answer. */
export interface Answer {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests assert on whatever came, fields that should not be there included
  body: any;
}

/** Starts a migrated and seeded stack; `jobs`: whether those of pg_cron run by themselves, as they do by default. */
export function startBench(o: { jobs?: boolean } = {}): Promise<Stack> {
  return throwAwayStack({ migrated: true, ...o });
}

/** A token of this stack, without a session; `claims` replace what a learner's would say. */
export function signToken(stack: Stack, id: string, claims: Record<string, unknown> = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return stack.keys.sign({
    iss: stack.keys.issuer,
    sub: id,
    aud: "authenticated",
    role: "authenticated",
    iat: now,
    exp: now + 3600,
    ...claims,
  });
}

/** A token of a new session. The account is created if there is none, with the app role. */
export async function newToken(
  stack: Stack,
  id: string = crypto.randomUUID(),
  appMetadata: { role?: string } = {},
): Promise<string> {
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  const [session_id] = await signIn(sql, [id], appMetadata).finally(() => sql.end());
  return await signToken(stack, id, { session_id, app_metadata: appMetadata });
}

/** A learner nobody has heard of yet. */
export async function newLearner(stack: Stack): Promise<Learner> {
  const id = crypto.randomUUID();
  return { id, deviceId: crypto.randomUUID(), token: await newToken(stack, id) };
}

/** A batch's header. */
export function header(learner: Learner, more: Record<string, unknown> = {}): WireEvent {
  return {
    batch_id: ulid(),
    device_id: learner.deviceId,
    sent_at: new Date().toISOString(),
    contract_version: 1,
    ...more,
  };
}

/** A valid event of the learner; a session that starts, unless told otherwise. */
export function event(learner: Learner, more: WireEvent = {}): WireEvent {
  return {
    id: ulid(),
    type: "session.started",
    version: 1,
    learner_id: learner.id,
    device_id: learner.deviceId,
    occurred_at: new Date().toISOString(),
    utc_offset_minutes: 60,
    body: { session_id: ulid(), content_version: 1 },
    ...more,
  };
}

/** The lines of a batch. */
export function ndjson(...lines: unknown[]): string {
  return lines.map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n");
}

/** Calls a function's path with the learner's token. */
export async function call(
  stack: Stack,
  learner: Learner | null,
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  const headers = new Headers(init.headers);
  if (learner) headers.set("authorization", `Bearer ${learner.token}`);
  const response = await fetch(`${stack.apiUrl}/functions/v1${path}`, { ...init, headers });
  const text = await response.text();
  const json = /^application\/(problem\+)?json$/.test(response.headers.get("content-type") ?? "") &&
    text !== "";
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}

/** Sends a batch; `body` is its lines, or bytes that are none. */
export function push(
  stack: Stack,
  learner: Learner,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call(stack, learner, "/sync", {
    method: "POST",
    body,
    headers: { "content-type": "application/x-ndjson", ...headers },
  });
}

/** A text, gzipped. */
export async function gzip(text: string): Promise<ArrayBuffer> {
  return await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip")))
    .arrayBuffer();
}
