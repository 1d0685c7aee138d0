// A refusal of the scripted server, as problem details.
import { type ErrorCode, errors, errorType } from "../../contract/errors.ts";
import { PROBLEM_TYPE } from "../../contract/problem.ts";
import type { Reply } from "./reply.ts";

/** What a refusal says besides its code. */
export interface RefusalParts {
  detail?: string;
  info?: string;
  /** Seconds. */
  retryAfter?: number;
}

/** An error of the registry. The request has written nothing. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(readonly code: ErrorCode, readonly parts: RefusalParts = {}) {
    super(parts.detail ?? errors[code].title);
  }
}

/** The answer for a refusal. */
export function refusalReply({ code, message, parts }: Refusal): Reply {
  const { request, title } = errors[code];
  const { status, retryable } = request ?? { status: 500, retryable: true };
  const body = { type: errorType(code), title, status, code, detail: message, info: parts.info };
  const headers: Record<string, string> = { "content-type": PROBLEM_TYPE };
  if ([421, 429, 503].includes(status)) headers["retry-after"] = String(parts.retryAfter ?? 1);
  return {
    status,
    headers,
    body: JSON.stringify({ ...body, request_id: "00000000-0000-4000-8000-000000000000", retryable }),
    delivery: "whole",
  };
}
