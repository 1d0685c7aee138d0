// POST /content/report: a device found its cache damaged, or has repaired it.
import { readBody } from "../_shared/body.ts";
import { Problem } from "../_shared/problem.ts";
import type { Call } from "../_shared/serve.ts";
import type { ContentContext } from "./context.ts";

/** The most bytes of a report. 200 ids take 8 KB. */
const MAX_REPORT = 16 * 1024;

/** Stores up to twenty reports of a learner a day. Further reports are dropped with the same answer. */
export async function report(
  { database }: ContentContext,
  { request, learner, session }: Call,
): Promise<Response> {
  const bytes = await readBody(request, MAX_REPORT);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem("malformed_request", "The body is not UTF-8.", "body");
  }
  if (text.includes("\0")) throw new Problem("malformed_request", "The body is not JSON.", "body");
  await database.reportContent({ learner, session }, text);
  return new Response(null, { status: 204 });
}
