// Work that the database asks for. pg_net waits for the slowest of its requests before it sends the next ones, so its
// calls are answered before the work is done; who calls by hand hears what it came to.

// The platform's own global, beside Deno's.
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void };

/** Keeps the isolate alive until the work is done; if it is killed all the same, leases run out. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** The platform's. */
export const waitUntil: WaitUntil = (work) => EdgeRuntime.waitUntil(work);

/**
 * Answers 202 at once where the request says `Prefer: respond-async`, and then works; else with what the work came to. What
 * fails after the answer is in the function's log, under its `slug`.
 */
export async function workAndRespond(
  slug: string,
  request: Request,
  work: () => Promise<unknown>,
  waitUntil: WaitUntil,
): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  if (/\brespond-async\b/.test(request.headers.get("prefer") ?? "")) {
    waitUntil(work().catch((error) => console.error(`${slug}:`, error)));
    return Response.json({ accepted: true }, { status: 202, headers });
  }
  return Response.json(await work(), { headers });
}
