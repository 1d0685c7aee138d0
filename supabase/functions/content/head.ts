// GET /content/head: what is published, and what the device is to do about it.
import { Problem } from "../_shared/problem.ts";
import { integerParam, textParam } from "../_shared/query.ts";
import { reply } from "../_shared/reply.ts";
import type { Call } from "../_shared/serve.ts";
import { type ContentContext, historyParam, REVALIDATE, schemaParam } from "./context.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A caller's `history` and `expected` pass by a head that is not there yet; `device` and `version` say what it holds, of that history. Of
 * another one it holds nothing that is of use here: after a restore, copies of lost releases must not count as current. A version without
 * its history is not believed at all, as with a delta.
 */
export async function head(context: ContentContext, { request, url, learner }: Call): Promise<Response> {
  // The poll of a device that says nothing: reading parameters that are not there would be a quarter of its cost.
  if (url.search === "") return answer(request, await context.headAt(1));
  const expected = integerParam(url, "expected", null);
  const history = historyParam(url);
  const current = await context.headAt(schemaParam(url), {
    history,
    version: expected ?? 0,
    isEnough: expected !== null,
  });
  const device = textParam(url, "device", UUID);
  const version = integerParam(url, "version", null);
  if ((device === null) !== (version === null)) {
    throw new Problem(
      "malformed_request",
      "device and version come together.",
      device ? "version" : "device",
    );
  }
  if (device !== null && version !== null && (history !== null || version === 0)) {
    context.noteContact({ learner, device, version: history === current.history ? version : 0 });
  }
  return answer(request, current);
}

function answer(
  request: Request,
  { payload, etag }: Awaited<ReturnType<ContentContext["headAt"]>>,
): Response {
  return reply(request, payload, { contentType: "application/json", cacheControl: REVALIDATE, etag });
}
