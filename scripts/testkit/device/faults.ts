// A network that fails: wraps a server so that requests and answers get lost, cut, repeated and refused.
import type { Handle } from "./server.ts";

/** How often each fault strikes, from 0 (never) to 1. */
export interface FaultRates {
  /** The request never arrives. */
  lost: number;
  /** The server does its work, and its answer never arrives. */
  dropped: number;
  /** The answer breaks off in the middle, as a broken connection does. */
  broken: number;
  /** The answer ends too early, with nothing to show for it. */
  cut: number;
  /** The request arrives twice. */
  repeated: number;
  /** 503, with Retry-After: 0. */
  refused: number;
}

/** Faults for about two requests of five. */
export const BAD_NETWORK: FaultRates = {
  lost: 0.06,
  dropped: 0.12,
  broken: 0.06,
  cut: 0.06,
  repeated: 0.08,
  refused: 0.06,
};

function failing(reason: string): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(new TypeError(reason)) });
}

async function firstHalf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.slice(0, bytes.byteLength / 2);
}

function withBody(response: Response, body: BodyInit): Response {
  const { status } = response;
  // 304 has no body that could be hurt.
  return status === 304 ? response : new Response(body, { status, headers: response.headers });
}

/** Copies of a request, to be sent more than once; its `clone` would hold on to the connection's signal. */
async function copier({ url, method, headers, body }: Request): Promise<() => Request> {
  const bytes = body && await new Response(body).arrayBuffer();
  return () => new Request(url, { method, headers, body: bytes });
}

/** A server behind a bad network. `random` decides; the rates may be changed at any time. */
export function withFaults(handle: Handle, random: () => number, rates: FaultRates): Handle {
  return async (request) => {
    const strikes = (rate: number) => random() < rate;
    if (strikes(rates.lost)) return new Response(failing("the request was lost"));
    if (strikes(rates.refused)) return new Response("busy", { status: 503, headers: { "retry-after": "0" } });
    const copy = await copier(request);
    if (strikes(rates.repeated)) await (await handle(copy())).body?.cancel();
    const response = await handle(copy());
    if (strikes(rates.dropped)) {
      await response.body?.cancel();
      return new Response(failing("the answer was lost"));
    }
    if (strikes(rates.broken)) {
      const half = await firstHalf(response);
      let isSent = false;
      const broken = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (isSent) return controller.error(new TypeError("the connection broke"));
          isSent = true;
          controller.enqueue(half);
        },
      });
      return withBody(response, broken);
    }
    if (strikes(rates.cut)) return withBody(response, await firstHalf(response));
    return response;
  };
}

/** A server whose answers get lost as long as `isLost` says so for a request. */
export function losingAnswers(handle: Handle, isLost: (request: Request) => boolean): Handle {
  return async (request) => {
    const response = await handle(request);
    if (!isLost(request)) return response;
    await response.body?.cancel();
    return Promise.reject(new TypeError("the answer was lost"));
  };
}
