// POST /sync (push, news, pull in one) and GET /sync (pull alone).
import { readBody } from "../_shared/body.ts";
import type { Database } from "../_shared/database.ts";
import { Problem } from "../_shared/problem.ts";
import { integerParam, textParam } from "../_shared/query.ts";
import { replyOnce } from "../_shared/reply.ts";
import { type Call, type Handler, requireMethod } from "../_shared/serve.ts";
import { batchText } from "./lines.ts";

/** Bytes of a batch after inflation. */
const BATCH_BYTES = 512 * 1024;
const PULL_ROWS = 500;

/** Answers for the learners of one database. */
export function syncHandler(database: Database): Handler {
  async function push({ request, learner }: Call): Promise<Response> {
    const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (type !== "application/x-ndjson") {
      throw new Problem(
        "unsupported_media_type",
        "A batch is sent as application/x-ndjson.",
        "application/x-ndjson",
      );
    }
    const text = batchText(await readBody(request, BATCH_BYTES));
    return await replyOnce(request, await database.sync(learner, text), "application/json");
  }

  async function pull({ request, url, learner }: Call): Promise<Response> {
    const cursor = textParam(url, "cursor", /^[\w.-]{1,100}$/);
    const changes = await database.changes(learner, cursor, integerParam(url, "limit", PULL_ROWS));
    return await replyOnce(request, changes, "application/json");
  }

  return async (call) => {
    if (call.path !== "") throw new Problem("not_found", "The function sync has one path, its own.");
    requireMethod(call.request, "GET", "POST");
    return await (call.request.method === "GET" ? pull(call) : push(call));
  };
}
