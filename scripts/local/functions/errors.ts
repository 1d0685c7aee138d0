// Errors of the functions host, in hosted's shape: `{ code, message }` and the code again in a header.

/** A failure that is not the function's own answer. */
export interface HostError {
  status: number;
  code: string;
  message: string;
}

/** https://supabase.com/docs/guides/functions/error-codes, as far as they can happen here. */
export const HOST_ERRORS = {
  notFound: { status: 404, code: "NOT_FOUND", message: "Requested function was not found" },
  method: { status: 405, code: "METHOD_NOT_ALLOWED", message: "Method not allowed" },
  boot: { status: 503, code: "BOOT_ERROR", message: "Function failed to start (please check logs)" },
  worker: {
    status: 500,
    code: "WORKER_ERROR",
    message: "Function exited due to an error (please check logs)",
  },
  invalidStatus: {
    status: 500,
    code: "INVALID_RESPONSE_STATUS_CODE",
    message: "Function returned an invalid HTTP status code (please check logs)",
  },
  webSocket: {
    status: 501,
    code: "NOT_IMPLEMENTED",
    message: "The local stack does not pass WebSockets on to Edge Functions.",
  },
} as const satisfies Record<string, HostError>;

/** The answer when a function did not begin its response in time. */
export function idleTimeout(limitMs: number): HostError {
  return {
    status: 504,
    code: "IDLE_TIMEOUT",
    message: `Request idle timeout limit (${Math.round(limitMs / 1000)}s) reached`,
  };
}

/** The response for an error; `more` adds fields to the body. */
export function errorResponse(error: HostError, more: Record<string, string> = {}): Response {
  return Response.json({ code: error.code, message: error.message, ...more }, {
    status: error.status,
    headers: { "sb-error-code": error.code, "access-control-expose-headers": "sb-error-code" },
  });
}
