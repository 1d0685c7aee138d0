// POST /webhooks: sends what is due. With `Prefer: respond-async`, as the database asks, the answer comes at once:
// pg_net waits for the slowest of its requests before it sends the next ones.
import { Problem } from "../_shared/problem.ts";
import { type Handler, requireMethod } from "../_shared/serve.ts";
import type { DispatchReport } from "./dispatch.ts";

/** What the handler needs. */
export interface WebhooksDependencies {
  dispatch: () => Promise<DispatchReport>;
  /** Keeps the isolate alive until the work is done; if it is killed all the same, leases run out. */
  waitUntil: (work: Promise<unknown>) => void;
}

/** Answers calls of the database's jobs. */
export function webhooksHandler({ dispatch, waitUntil }: WebhooksDependencies): Handler {
  return async ({ request, path }) => {
    if (path !== "") throw new Problem("not_found", "The function webhooks has one path, its own.");
    requireMethod(request, "POST");
    if (/\brespond-async\b/.test(request.headers.get("prefer") ?? "")) {
      waitUntil(dispatch().catch((error) => console.error("webhooks:", error)));
      return Response.json({ accepted: true }, { status: 202, headers: { "cache-control": "no-store" } });
    }
    return Response.json(await dispatch(), { headers: { "cache-control": "no-store" } });
  };
}
