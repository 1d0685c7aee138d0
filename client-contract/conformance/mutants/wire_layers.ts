// Layers of the mutants that break a client on the wire: requests and replies of the protocol, changed on their way.
import { afterSync, type Handle, onPath, type Outside, refusal, textOf, withBody } from "./outside.ts";

export const PUSH = /^POST .*\/sync$/;
export const PULL = /^GET .*\/sync$/;
export const SYNC = / .*\/sync$/;
export const DELTA = /\/delta$/;
export const ALL = /./;

type Json = Record<string, unknown>;
export interface Answer extends Json {
  batch: { results: Json[] };
}

/** Changes each push on its way, with its number. */
export function onPush(outside: Outside, change: (lines: string[], attempt: number) => string[]): void {
  let attempt = 0;
  onPath(outside, PUSH, (request, next) => {
    const lines = textOf(request).split("\n").filter((line) => line !== "");
    return next(withBody(request, change(lines, ++attempt).join("\n")));
  });
}

/** Changes the header of each push. */
export const onHeader = (outside: Outside, change: (header: Json, attempt: number) => Json): void =>
  onPush(
    outside,
    ([header = "", ...lines], attempt) => [JSON.stringify(change(JSON.parse(header), attempt)), ...lines],
  );

/** Changes the events of each push. */
export const onEvents = (outside: Outside, change: (line: string, attempt: number) => string): void =>
  onPush(outside, ([header = "", ...lines], attempt) => [
    header,
    ...lines.map((line) => change(line, attempt)),
  ]);

/** Changes the results of each push that was answered. */
export function onResults(outside: Outside, change: (results: Json[], lines: string[]) => Json[]): void {
  onPath(outside, PUSH, async (request, next) => {
    const lines = textOf(request).split("\n").slice(1).filter((line) => line !== "");
    const reply = await next(request);
    if (reply.status !== 200 || !textOf(reply).endsWith("}")) return reply;
    const answer: Answer = JSON.parse(textOf(reply));
    if (!Array.isArray(answer.batch?.results)) return reply;
    answer.batch.results = change(answer.batch.results, lines);
    return { ...reply, body: JSON.stringify(answer) };
  });
}

/** Sees a refusal, or a reply that is not whole, as another one. */
export const onFailure = (
  outside: Outside,
  path: RegExp,
  is: (reply: Awaited<ReturnType<Handle>>) => boolean,
  status: 400 | 503,
): void =>
  onPath(outside, path, async (request, next) => {
    const reply = await next(request);
    return is(reply) ? refusal(status) : reply;
  });

/** Does something in the database after a sync that failed with a code. */
export const onCode = (outside: Outside, failure: string, sql: readonly string[]): void =>
  afterSync(outside, async ({ code }) => {
    if (code === failure) { for (const one of sql) await outside.run(one); }
  });

/** Deletes events that the server has not taken, which the database does not let happen by accident. */
export const DROP_UNSENT = [
  "drop trigger if exists outbox_keeps_unsent",
  "delete from outbox",
] as const;

export const ignoreRetryAfter = (outside: Outside, path: RegExp): void =>
  onPath(outside, path, async (request, next) => {
    const reply = await next(request);
    const { "retry-after": _, ...headers } = reply.headers;
    return { ...reply, headers };
  });
