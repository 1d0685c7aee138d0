// Errors of the registry as values, and their one rendering: problem details (RFC 9457).
import { type ErrorCode, ERRORS } from "./errors.gen.ts";

/** A request that can't be answered as asked, with a code of the registry. */
export class Problem extends Error {
  override readonly name = "Problem";
  /**
   * `detail` is a sentence about this occurrence, `info` a value for programs (a field's name, a limit);
   * neither may hold anything that the caller did not send or could not know.
   * `retryAfter` is in seconds, where the server knows how long it will take.
   */
  constructor(
    readonly code: ErrorCode,
    detail?: string,
    readonly info?: string,
    readonly retryAfter?: number,
  ) {
    super(detail ?? ERRORS[code].title);
  }
}

/** Seconds by which answers of one moment are spread, so that a thousand refused clients do not come back as one. */
const SPREAD_S = 5;

/** Seconds after which a retry makes sense: what is known, or 1, and up to a quarter more where that is more than the spread. */
function retryAfter(known: number | undefined): string {
  const least = known ?? 1;
  return String(least + Math.floor(Math.random() * Math.max(SPREAD_S, least / 4)));
}

/** The answer for a problem; `requestId` lets support find it in the logs. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const { status, title, retryable } = ERRORS[problem.code];
  const body = {
    type: `https://carrel.dev/errors/${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    info: problem.info,
    request_id: requestId,
  };
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (status === 503 || status === 429) headers.set("retry-after", retryAfter(problem.retryAfter));
  if (status === 405 && problem.info) headers.set("allow", problem.info);
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(JSON.stringify({ ...body, retryable }), { status, headers });
}
