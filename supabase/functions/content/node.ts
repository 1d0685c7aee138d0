// GET /content/node: the rows of one node of the hash tree. A device fetches them to repair a part of its cache.
import { DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS } from "../_shared/limits.gen.ts";
import { Problem } from "../_shared/problem.ts";
import { idsParam, rowsParam } from "../_shared/query.ts";
import { digestOf, payloadOf, reply } from "../_shared/reply.ts";
import type { Call } from "../_shared/serve.ts";
import {
  type ContentContext,
  cursorParam,
  IMMUTABLE,
  requireKept,
  REVALIDATE,
  versionParam,
} from "./context.ts";

/** A skill's row and its questions', or a domain's row alone. */
export async function node(context: ContentContext, { request, url, learner }: Call): Promise<Response> {
  const [id] = idsParam(url, "id", 1) ?? [];
  if (id === undefined) throw new Problem("malformed_request", "id is missing.", "id");
  const after = cursorParam(url);
  const limit = rowsParam(url, "limit", DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS);
  const { schema, current, version, isNamed } = await versionParam(context, url, "version");
  const { history } = current;
  await context.exists.requireCursor(after);
  if ((await context.exists.nodes({ history, version }, [id])).length === 0) {
    throw new Problem("not_found", "This version has no such skill or domain.", id);
  }

  const cut = { history, schema, version, id, after, limit };
  const key = JSON.stringify(cut);
  const page = await context.pageOf(
    key,
    learner,
    async () => {
      requireKept(current, version);
      return await payloadOf(await context.database.contentNode(cut));
    },
  );
  return reply(request, page, {
    contentType: "application/x-ndjson",
    cacheControl: isNamed ? IMMUTABLE : REVALIDATE,
    etag: await digestOf(new TextEncoder().encode(key)),
  });
}
