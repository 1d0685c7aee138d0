// What can go wrong with a request, told apart by class: the server said no, the network failed, or the answer is not
// of this contract.
import { codeOfSqlstate, errors, isErrorCode } from "../contract/errors.ts";
import { parseJson } from "../contract/json.ts";
import { Problem } from "../contract/problem.ts";

/** What a ProblemError is made of. */
export interface ProblemParts {
  /** Of the registry, or of a newer server's. */
  code: string;
  /** The HTTP status. */
  status: number;
  /** For people. */
  message: string;
  /** For programs: what docs/errors.md says of the code. */
  info?: string | undefined;
  /** What to name when asking for support. */
  requestId?: string | undefined;
  /** Seconds to wait before the request is sent again. */
  retryAfter?: number | undefined;
  /** The server's own word on it. */
  retryable?: boolean | undefined;
}

/** The server's no. The request wrote nothing. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  /** A code of the error registry (docs/errors.md), or of a newer server. */
  readonly code: string;
  /** The HTTP status. */
  readonly status: number;
  /** A value for programs: docs/errors.md says for which codes, and what it is. */
  readonly info?: string | undefined;
  /** The request's id, for support and the server's log. */
  readonly requestId?: string | undefined;
  /** Seconds to wait before the request is sent again. */
  readonly retryAfter?: number | undefined;
  /** Whether the same request, sent again later, can succeed. */
  readonly retryable: boolean;

  constructor({ code, status, message, info, requestId, retryAfter, retryable }: ProblemParts) {
    super(message);
    this.code = code;
    this.status = status;
    this.info = info;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.retryable = retryable ??
      (isErrorCode(code) ? errors[code].request?.retryable : undefined) ?? (status === 429 || status >= 500);
  }
}

/** What a client finds itself where a server was restored while it was asked. */
export const historyChanged = (): ProblemError =>
  new ProblemError({
    code: "history_changed",
    status: 410,
    message: "The history changed between two answers.",
  });

/** No answer, or only part of one: nobody knows whether the request was carried out. Send it again. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  /** Always true: the same request may be sent again. */
  readonly retryable = true;
}

/** An answer that this version of the contract can't read. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  /** Always false: the same request would get the same answer. */
  readonly retryable = false;
}

/** Codes for answers that do not come from Carrel, but from what stands before it. */
function codeOfStatus(status: number): string {
  if (status === 401) return "unauthenticated";
  if (status === 403) return "forbidden";
  if (status === 404) return "not_found";
  if (status === 413) return "payload_too_large";
  if (status === 429 || (status > 500 && status < 505)) return "overloaded";
  return status >= 500 ? "internal" : "malformed_request";
}

/** `Retry-After` in seconds, from either of its forms. */
export function readRetryAfter(header: string | null, now: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

/** The error in a response that is not ok. */
export function readProblem(response: Response, body: string): ProblemError {
  const { status, headers } = response;
  const requestId = headers.get("x-request-id") ?? undefined;
  const retryAfter = readRetryAfter(headers.get("retry-after"));
  const problem = Problem.safeParse(parseJson(body));
  if (problem.success) {
    const { code, title, detail, info, retryable } = problem.data;
    return new ProblemError({
      code,
      status,
      message: detail ?? title,
      info,
      requestId,
      retryAfter,
      retryable,
    });
  }
  const message = `The server answered ${status}: ${body.slice(0, 200)}`;
  return new ProblemError({ code: codeOfStatus(status), status, message, requestId, retryAfter });
}

/** An error as PostgREST puts it: the registry's SQLSTATE is its `code`. */
export interface PostgrestFailure {
  code: string;
  message: string;
  details: string;
  /** Seconds to wait, where Carrel says so. */
  hint?: string | null | undefined;
}

/** The error of an RPC call; `status` 0 means that no answer came. */
export function readRpcError(failure: PostgrestFailure, status: number): ProblemError | NetworkError {
  if (status === 0) return new NetworkError(failure.message);
  const retryAfter = /^\d+$/.test(failure.hint ?? "") ? Number(failure.hint) : undefined;
  const parts = { message: failure.message, info: failure.details || undefined, retryAfter };
  const code = codeOfSqlstate(failure.code);
  // PostgREST answers SQLSTATEs that it does not know with 400, whatever they mean.
  if (code) return new ProblemError({ ...parts, code, status: errors[code].request?.status ?? status });
  // It refuses tokens and unknown functions itself, under codes of its own (PGRSTnnn).
  return new ProblemError({ ...parts, code: codeOfStatus(status), status });
}
