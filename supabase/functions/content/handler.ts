// The paths of the function `content`.
import { contactLog } from "../_shared/contacts.ts";
import type { Database } from "../_shared/database.ts";
import { Problem } from "../_shared/problem.ts";
import { type Call, type Handler, requireMethod } from "../_shared/serve.ts";
import type { ContentContext } from "./context.ts";
import { delta } from "./delta.ts";
import { head } from "./head.ts";
import { headCache } from "./head_cache.ts";
import { manifest } from "./manifest.ts";
import { node } from "./node.ts";
import { pageCache } from "./page_cache.ts";
import { report } from "./report.ts";

type Path = (context: ContentContext, call: Call) => Promise<Response>;

const READ = new Map<string, Path>([
  ["/head", head],
  ["/delta", delta],
  ["/manifest", manifest],
  ["/node", node],
]);

/** Answers for the content of one database; caches live as long as the handler. */
export function contentHandler(database: Database): Handler {
  const context: ContentContext = {
    database,
    headAt: headCache(database),
    pageOf: pageCache(),
    noteContact: contactLog(database),
  };
  return async (call) => {
    const read = READ.get(call.path);
    if (read) {
      requireMethod(call.request, "GET");
      return await read(context, call);
    }
    if (call.path === "/report") {
      requireMethod(call.request, "POST");
      return await report(context, call);
    }
    throw new Problem("not_found", "The function content has /head, /delta, /manifest, /node and /report.");
  };
}
