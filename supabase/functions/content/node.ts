// GET /content/node: the rows of one node of the hash tree. A device fetches them to repair a part of its cache.
import { DEFAULT_PAGE_ROWS } from "../_shared/limits.gen.ts";
import { Problem } from "../_shared/problem.ts";
import { integerParam, textParam } from "../_shared/query.ts";
import { digestOf, payloadOf, reply } from "../_shared/reply.ts";
import type { Call } from "../_shared/serve.ts";
import { type ContentContext, IMMUTABLE, REVALIDATE, versionParam } from "./context.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A skill's row and its questions', or a domain's row alone. */
export async function node(context: ContentContext, { request, url }: Call): Promise<Response> {
  const id = textParam(url, "id", UUID);
  if (id === null) throw new Problem("malformed_request", "id is missing.", "id");
  const after = textParam(url, "after", UUID);
  const limit = integerParam(url, "limit", DEFAULT_PAGE_ROWS);
  const { schema, current, version, isNamed } = await versionParam(context, url, "version");

  const cut = { history: current.history, schema, version, id, after, limit };
  const key = JSON.stringify(cut);
  const page = await context.pageOf(
    key,
    async () => await payloadOf(await context.database.contentNode(cut)),
  );
  return reply(request, page, {
    contentType: "application/x-ndjson",
    cacheControl: isNamed ? IMMUTABLE : REVALIDATE,
    etag: await digestOf(new TextEncoder().encode(key)),
  });
}
