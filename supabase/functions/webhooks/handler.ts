// POST /webhooks: sends due deliveries. The database prefers an answer before the work.
import { type WaitUntil, workAndRespond } from "../_shared/background.ts";
import { Problem } from "../_shared/problem.ts";
import { type Handler, requireMethod } from "../_shared/serve.ts";
import type { DispatchReport } from "./dispatch.ts";

/** What the handler needs. */
export interface WebhooksDependencies {
  dispatch: () => Promise<DispatchReport>;
  waitUntil: WaitUntil;
}

/** Answers calls of the database's jobs. */
export function webhooksHandler({ dispatch, waitUntil }: WebhooksDependencies): Handler {
  return async ({ request, path }) => {
    if (path !== "") throw new Problem("not_found", "The function webhooks has no sub-paths.");
    requireMethod(request, "POST");
    return await workAndRespond("webhooks", request, dispatch, waitUntil);
  };
}
