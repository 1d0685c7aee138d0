// Errors of the auth service in GoTrue's two shapes: the original one, and the one that a client asks for
// with the header `X-Supabase-Api-Version: 2024-01-01` (supabase-js always does).

const VERSION_HEADER = "X-Supabase-Api-Version";
const NEWEST_VERSION = "2024-01-01";

/** Code of what hosted does and this stand-in does not; the only code that is not one of GoTrue's. */
const NOT_IMPLEMENTED = "not_implemented_locally";

/** An answer other than success: HTTP status, one of GoTrue's error codes, and a sentence for a person. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A password that breaks the rules; `reasons` is hosted's list (`length` is the only one of it used here). */
export class WeakPasswordError extends AuthError {
  readonly reasons: readonly string[];

  constructor(message: string, reasons: readonly string[]) {
    super(422, "weak_password", message);
    this.reasons = reasons;
  }
}

/** 400 for a value that hosted refuses. */
export function validationFailed(message: string): AuthError {
  return new AuthError(400, "validation_failed", message);
}

/** 500 in hosted's words; the cause goes to the terminal, never to the caller. */
export function unexpectedFailure(message: string, cause: unknown): AuthError {
  const error = new AuthError(500, "unexpected_failure", message);
  error.cause = cause;
  return error;
}

/** 501 with one sentence: hosted can do this, the stand-in can't. */
export function notImplemented(what: string): AuthError {
  return new AuthError(501, NOT_IMPLEMENTED, `The local auth service does not do this: ${what}.`);
}

/** Whether PostgreSQL refused a statement because of this unique constraint or index. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof Error && "code" in error && error.code === "23505" &&
    "constraint_name" in error && error.constraint_name === constraint;
}

function asksForNewest(request: Request): boolean {
  const asked = request.headers.get(VERSION_HEADER) ?? "";
  // ISO dates sort as text; hosted takes a malformed date for the oldest version.
  return /^\d{4}-\d{2}-\d{2}$/.test(asked) && asked >= NEWEST_VERSION;
}

/** Renders an error as hosted does, in the shape that the request asks for. */
export function renderError(error: AuthError, request: Request): Response {
  const weak = error instanceof WeakPasswordError ? { weak_password: { reasons: error.reasons } } : {};
  const headers = new Headers({ "x-sb-error-code": error.code });
  if (!asksForNewest(request)) {
    const body = { code: error.status, error_code: error.code, msg: error.message, ...weak };
    return Response.json(body, { status: error.status, headers });
  }
  headers.set(VERSION_HEADER, NEWEST_VERSION);
  const body = { code: error.code, message: error.message, ...weak };
  return Response.json(body, { status: error.status, headers });
}
