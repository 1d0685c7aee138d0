// A receiver of webhooks on the loopback. It verifies signatures with the library of Standard Webhooks, as receivers are
// told to: what that refuses, they will.
import { Webhook, WebhookVerificationError } from "standardwebhooks";

/** One request, as it came. */
export interface Arrival {
  path: string;
  headers: Headers;
  body: string;
}

/** Answers the n-th request (from 1) of a receiver. */
export type Behaviour = (n: number, arrival: Arrival) => Response | Promise<Response>;

/** A running receiver. */
export interface Receiver extends AsyncDisposable {
  url: string;
  arrivals: Arrival[];
  /** Resolves when so many requests have come. */
  atLeast(count: number): Promise<void>;
}

const PATIENCE_MS = 180_000;

/** Starts one on a free port; by default it answers 204. */
export function startReceiver(behaviour: Behaviour = () => new Response(null, { status: 204 })): Receiver {
  const arrivals: Arrival[] = [];
  let waiting: { count: number; resolve: () => void }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const arrival = {
      path: new URL(request.url).pathname,
      headers: request.headers,
      body: await request.text(),
    };
    arrivals.push(arrival);
    for (const { count, resolve } of waiting) if (arrivals.length >= count) resolve();
    waiting = waiting.filter(({ count }) => count > arrivals.length);
    return await behaviour(arrivals.length, arrival);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    arrivals,
    async atLeast(count) {
      if (arrivals.length >= count) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const timer = setTimeout(() => reject(new Error(`only ${arrivals.length} requests came`)), PATIENCE_MS);
      waiting.push({ count, resolve });
      await promise.finally(() => clearTimeout(timer));
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Whether the library takes the arrival: one of its signatures is by the secret, and its time within 5 minutes of now. */
export function verifies({ headers, body }: Arrival, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, Object.fromEntries(headers), { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
