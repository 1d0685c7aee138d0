// All isolates of one function, and the limits that hosted puts on a request.
import { errorResponse, HOST_ERRORS, idleTimeout } from "./errors.ts";
import { BootFailed } from "./isolate/isolate.ts";
import type { RequestHead } from "./isolate/envelope.ts";
import type { Slot } from "./slot.ts";

/** Answers requests with one function. */
export interface FunctionPool {
  fetch(request: Request, head: RequestHead): Promise<Response>;
  /** Boots the first isolate where none runs; what goes wrong is in the log. */
  warm(): Promise<void>;
  readonly slots: readonly Slot[];
}

/** Hosted never lets a function serve a web page. */
function asHosted(response: Response): Response {
  const { headers } = response;
  const type = headers.get("content-type");
  if (type) headers.set("content-type", type.replace(/^text\/html\b/i, "text/plain"));
  if (response.status >= 500) headers.set("sb-error-code", "EDGE_FUNCTION_ERROR");
  return response;
}

/** `limit` says, for each request, how many milliseconds its response may take to begin. */
export function createPool(slots: readonly Slot[], limit: () => number): FunctionPool {
  const leastBusy = () => slots.reduce((best, slot) => slot.inFlight < best.inFlight ? slot : best);

  async function fetchFrom(slot: Slot, request: Request, head: RequestHead): Promise<Response> {
    const limitMs = limit();
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), limitMs);
    try {
      return asHosted(await slot.use((isolate) => isolate.fetch(request, head, patience.signal)));
    } catch (error) {
      if (error instanceof BootFailed) return errorResponse(HOST_ERRORS.boot);
      if (error instanceof RangeError) return errorResponse(HOST_ERRORS.invalidStatus);
      if (!patience.signal.aborted) return errorResponse(HOST_ERRORS.worker);
      // It may be caught in an endless loop.
      await slot.kill();
      return errorResponse(idleTimeout(limitMs));
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    slots,
    fetch: (request, head) => fetchFrom(leastBusy(), request, head),
    async warm() {
      try {
        await slots[0]?.use(() => Promise.resolve());
      } catch (error) {
        if (!(error instanceof BootFailed)) throw error;
      }
    },
  };
}
