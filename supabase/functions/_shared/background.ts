// Work that the database requests. pg_net waits for the slowest of its requests before it sends the next ones. So its calls
// are answered before the work is done. A manual call is answered with the result of the work.
import { WAKE_HEADER } from "./wake.ts";

// The platform's own global, beside Deno's.
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void };

/** Keeps the isolate alive until the work is done. If the isolate is killed, the leases of its work expire. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** The implementation of the platform. */
export const waitUntil: WaitUntil = (work) => EdgeRuntime.waitUntil(work);

/**
 * Answers 202 at once and works afterwards if the database woke the worker. Otherwise it answers with the result.
 * An error after the answer is written to the log of the function, under its `slug`.
 */
export async function workAndRespond(
  slug: string,
  request: Request,
  work: () => Promise<unknown>,
  waitUntil: WaitUntil,
): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  if (request.headers.has(WAKE_HEADER)) {
    waitUntil(work().catch((error) => console.error(`${slug}:`, error)));
    return Response.json({ accepted: true }, { status: 202, headers });
  }
  return Response.json(await work(), { headers });
}
