// GET /content/head: the newest release, and the version that a device must have.
import { Problem } from "../_shared/problem.ts";
import { integerParam, uuidParam } from "../_shared/query.ts";
import { reply } from "../_shared/reply.ts";
import type { Call } from "../_shared/serve.ts";
import { type ContentContext, historyParam, REVALIDATE, schemaParam } from "./context.ts";

/**
 * `history` and `expected` name a release that a cached head may not have yet. `device` and `version` say what the device holds
 * of this history. A version of another history counts as 0: after a restore, copies of lost releases are not current.
 * A version without a history is ignored, as with a delta.
 */
export async function head(
  context: ContentContext,
  { request, url, learner, session }: Call,
): Promise<Response> {
  // A poll without parameters: parsing them would be a quarter of its cost.
  if (url.search === "") return answer(request, await context.headAt(1));
  const expected = integerParam(url, "expected", null);
  const history = historyParam(url);
  const current = await context.headAt(schemaParam(url), {
    history,
    version: expected ?? 0,
    isEnough: expected !== null,
  });
  const device = uuidParam(url, "device");
  const version = integerParam(url, "version", null);
  if ((device === null) !== (version === null)) {
    throw new Problem(
      "malformed_request",
      "device and version come together.",
      device ? "version" : "device",
    );
  }
  if (device !== null && version !== null && (history !== null || version === 0)) {
    context.noteContact({ learner, session, device, version: history === current.history ? version : 0 });
  }
  return answer(request, current);
}

function answer(
  request: Request,
  { payload, etag }: Awaited<ReturnType<ContentContext["headAt"]>>,
): Response {
  return reply(request, payload, { contentType: "application/json", cacheControl: REVALIDATE, etag });
}
