// Errors of the registry, and their rendering as problem details (RFC 9457).
import { type ErrorCode, ERRORS } from "./errors.gen.ts";

/** An error of a request, with a code of the registry. */
export class Problem extends Error {
  override readonly name = "Problem";
  /**
   * `detail` is a sentence about this error. `info` is a value for programs, such as the name of a field or a limit.
   * Neither may reveal anything that the caller does not know. `retryAfter` is the wait in seconds, if the server knows it.
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

/** The spread of retries in seconds, so that a thousand refused clients do not return together. */
const SPREAD_S = 5;

/** The Retry-After value: the known wait or 1 s, and a random addition of up to a quarter of it, or up to the spread if that is more. */
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
  if (status === 503 || status === 429 || status === 421) {
    headers.set("retry-after", retryAfter(problem.retryAfter));
  }
  if (status === 405 && problem.info) headers.set("allow", problem.info);
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(JSON.stringify({ ...body, retryable }), { status, headers });
}
