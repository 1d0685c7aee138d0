// How OpenAPI shows the errors of an operation: by status, with an example for each code.
import type { ZodOpenApiComponentsObject, ZodOpenApiResponseObject } from "zod-openapi";
import {
  type ErrorCode,
  errorCodes,
  errors,
  errorType,
  isErrorCode,
} from "../../../client-contract/contract/errors.ts";
import type { JsonSchema } from "../json_schema.ts";

const RETRY = new Set([421, 429, 503]);

/** The address of a shared part of the document. */
export const refTo = (id: string) => `#/components/schemas/${id}`;
export const header = (name: string) => ({ $ref: `#/components/headers/${name}` });
/** What every answer of a function has. */
export const REQUEST_ID = { "X-Request-Id": header("RequestId") };

/** Codes of requests, by status. */
export const ordered = (codes: Iterable<string>): ErrorCode[] =>
  [...codes].filter(isErrorCode).filter((code) => errors[code].request)
    .sort((a, b) => statusOf(a) - statusOf(b) || (a < b ? -1 : 1));
export const statusOf = (code: ErrorCode) => errors[code].request?.status ?? 0;

/** The answers that refuse a request, by their status. `examples` begins the names of the shared examples; `headers`: what all have. */
export function refusals(
  codes: readonly ErrorCode[],
  statusFor: (code: ErrorCode) => number,
  type: string,
  model: string,
  examples: string,
  headers: Readonly<Record<string, { $ref: string }>>,
): Record<string, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(codes, statusFor);
  return Object.fromEntries(
    [...byStatus].sort(([a], [b]) => a - b).map(([status, codes]) => [status, {
      description: codes.map((code) => `\`${code}\`: ${errors[code].title}`).join("\n\n"),
      headers: {
        ...headers,
        ...RETRY.has(status) ? { "Retry-After": header("RetryAfter") } : {},
        ...status === 401 ? { "WWW-Authenticate": header("WwwAuthenticate") } : {},
      },
      "x-error-codes": codes,
      content: {
        [type]: {
          schema: { $ref: refTo(model) },
          examples: Object.fromEntries(
            codes.map((code) => [code, { $ref: `#/components/examples/${examples}${code}` }]),
          ),
        },
      },
    }]),
  );
}

const problem = (code: ErrorCode) => ({
  type: errorType(code),
  title: errors[code].title,
  status: statusOf(code),
  code,
  detail: errors[code].title,
  request_id: "1449c20e-1edf-411b-9e6f-175cb4024ad2",
  retryable: errors[code].request?.retryable ?? false,
});

const postgrestError = (code: ErrorCode) => ({
  code: errors[code].request?.sqlstate[0] ?? "",
  message: errors[code].title,
  details: null,
  hint: null,
});

/** PostgREST keeps the status of these alone, since `private.refuse()` passes it on. */
export const rpcStatus = (code: ErrorCode) => {
  const status = statusOf(code);
  return status === 401 || errors[code].request?.retryable ? status : 400;
};

/** The body of an RPC's error. */
export const POSTGREST_ERROR: JsonSchema = {
  title: "Error of an RPC",
  description: "PostgREST's form of an error. errors.md has the code of the registry for each SQLSTATE. " +
    "A request without a token is refused with 42501, and one with an expired token with PGRST303.",
  type: "object",
  properties: {
    code: {
      type: "string",
      title: "SQLSTATE",
      description: "The first SQLSTATE of the error in the registry",
    },
    message: { type: "string", title: "Message", description: "What is wrong with this request" },
    details: {
      anyOf: [{ type: "string" }, { type: "null" }],
      title: "Details",
      description: "A value for programs",
    },
    hint: {
      anyOf: [{ type: "string" }, { type: "null" }],
      title: "Hint",
      description: "Seconds after which to retry",
    },
  },
  required: ["code", "message", "details", "hint"],
  examples: [postgrestError("malformed_request")],
};

const requestCodes = errorCodes.filter((code) => errors[code].request);

/** An example of every error, of a function and of an RPC. */
export const ERROR_EXAMPLES: ZodOpenApiComponentsObject["examples"] = Object.fromEntries(
  requestCodes.flatMap((code) => [
    [`problem.${code}`, { summary: errors[code].title, value: problem(code) }],
    [`postgrest.${code}`, { summary: errors[code].title, value: postgrestError(code) }],
  ]),
);
