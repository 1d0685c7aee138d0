// GET /content/head and GET /content/delta.
import type { Database } from "../_shared/database.ts";
import { Problem } from "../_shared/problem.ts";
import { idsParam, integerParam, textParam } from "../_shared/query.ts";
import { payloadOf, reply } from "../_shared/reply.ts";
import { type Call, type Handler, requireMethod } from "../_shared/serve.ts";
import { type Head, headCache } from "./head_cache.ts";
import { pageCache } from "./page_cache.ts";

/** The contract schema that this release of the functions serves. */
const SCHEMA = 1;
const PAGE_ROWS = 1000;
const MAX_DOMAINS = 200;
const HISTORY = /^[0-9a-f]{16}$/;

/** Answers for the content of one database; caches live as long as the handler. */
export function contentHandler(database: Database): Handler {
  const headAt = headCache(database);
  const pageOf = pageCache();

  async function head({ request, url }: Call): Promise<Response> {
    const known = textParam(url, "history", HISTORY);
    const { history, version, payload } = await headAt(SCHEMA, integerParam(url, "expected", 0), known);
    return reply(request, payload, {
      contentType: "application/json",
      cacheControl: "private, no-cache",
      etag: `${history}.${SCHEMA}.${version}`,
    });
  }

  /** What the device already holds must be of this history, and not ahead of it. */
  function checkCut(current: Head, history: string | null, since: number, until: number): void {
    if ((since > 0 || history !== null) && history !== current.history) throw new Problem("history_changed");
    if (since > current.version || until > current.version) throw new Problem("cursor_ahead");
    if (until < since) throw new Problem("cursor_invalid", "since may not be greater than until.", "until");
  }

  async function delta({ request, url }: Call): Promise<Response> {
    const since = integerParam(url, "since", 0);
    const wanted = integerParam(url, "until", null);
    const history = textParam(url, "history", HISTORY);
    const domains = idsParam(url, "domains", MAX_DOMAINS);
    const after = textParam(url, "after", /^[0-9a-z.-]{1,80}$/);
    const limit = integerParam(url, "limit", PAGE_ROWS);

    const current = await headAt(SCHEMA, Math.max(since, wanted ?? 0), history);
    const until = wanted ?? current.version;
    checkCut(current, history, since, until);

    const cut = { history: current.history, schema: SCHEMA, since, until, domains, after, limit };
    const key = JSON.stringify(cut);
    const page = await pageOf(key, async () => await payloadOf(await database.contentPage(cut)));
    return reply(request, page, {
      contentType: "application/x-ndjson",
      cacheControl: wanted === null ? "private, no-cache" : "private, max-age=31536000, immutable",
      etag: [current.history, SCHEMA, since, until, domains?.join("-") ?? "all", after ?? "first", limit]
        .join("."),
    });
  }

  return async (call) => {
    requireMethod(call.request, "GET");
    if (call.path === "/head") return await head(call);
    if (call.path === "/delta") return await delta(call);
    throw new Problem("not_found", "The function content has /head and /delta.");
  };
}
