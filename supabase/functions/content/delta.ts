// GET /content/delta: the changes between two versions, or a snapshot, page by page.
import { DEFAULT_PAGE_ROWS, MAX_DOMAINS, MAX_PAGE_ROWS } from "../_shared/limits.gen.ts";
import { idsParam, integerParam, rowsParam, textParam, uuidParam } from "../_shared/query.ts";
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

/** The answer never changes if the request has `history` and `until`. SQL sends the smaller one of delta and snapshot. */
export async function delta(
  context: ContentContext,
  { request, url, learner, session }: Call,
): Promise<Response> {
  const since = integerParam(url, "since", 0);
  const named = idsParam(url, "domains", MAX_DOMAINS);
  const after = cursorParam(url);
  const limit = rowsParam(url, "limit", DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS);
  const same = textParam(url, "same", /^true$/) !== null && since > 0;
  const { schema, current, version, isNamed } = await versionParam(context, url, "until", { since });
  const { history } = current;
  const device = uuidParam(url, "device");
  if (device !== null) context.noteContact({ learner, session, device, version: since });
  await context.exists.requireCursor(after);
  const domains = named && await context.exists.domains({ history, version }, named);

  const cut = { history, schema, since, until: version, domains, after, limit, same };
  const key = JSON.stringify(cut);
  const page = await context.pageOf(
    key,
    learner,
    async () => {
      requireKept(current, version, since);
      return await payloadOf(await context.database.contentPage(cut));
    },
  );
  return reply(request, page, {
    contentType: "application/x-ndjson",
    cacheControl: isNamed ? IMMUTABLE : REVALIDATE,
    etag: await digestOf(new TextEncoder().encode(key)),
  });
}
