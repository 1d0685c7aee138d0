// Errors of the database, and of the way to it, as PostgREST renders them.
import postgres from "postgres";
import { isConnectionLost } from "../postgres/transaction.ts";
import { RestError } from "./errors.ts";

/** Statuses by SQLSTATE; what is not listed is looked up by its class, then 400. */
const STATUS_BY_CODE: Record<string, number> = {
  "23503": 409, // foreign key violation
  "23505": 409, // unique violation
  "25006": 405, // a GET that writes
  "42501": 403, // insufficient privilege (401 for anon, below)
  "42883": 404, // undefined function
  "42P01": 404, // undefined table
  "42P17": 500, // infinite recursion, usually of policies
  "53400": 500,
  "57P01": 503, // terminated by an administrator
  "P0001": 400, // plain RAISE EXCEPTION
};

/** Statuses by class, the first two characters of the SQLSTATE. */
const STATUS_BY_CLASS: Record<string, number> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "25": 500,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "53": 503,
  "54": 500,
  "55": 500, // lock timeout among them
  "57": 500, // statement timeout among them
  "58": 500,
  "F0": 500,
  "HV": 500,
  "P0": 500,
  "XX": 500,
};

function statusOf(code: string, message: string, isAnonymous: boolean): number {
  if (code.startsWith("PT")) return answerable(Number(code.slice(2)));
  if (code === "42501" && isAnonymous) return 401;
  // Ending of pg-safeupdate's messages; other cardinality violations are a function's own fault.
  if (code === "21000") return message.endsWith("requires a WHERE clause") ? 400 : 500;
  if (code === "22023" && /^role .* does not exist$/.test(message)) return 401;
  return STATUS_BY_CODE[code] ?? STATUS_BY_CLASS[code.slice(0, 2)] ?? 400;
}

/** A status that a Response can carry; the database may name any number. */
function answerable(status: number): number {
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : 500;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const textOrNull = (value: unknown) => typeof value === "string" ? value : null;

/** `raise sqlstate 'PGRST'`: message and detail are JSON and decide the whole answer. */
function raisedResponse(message: string, detail: string | undefined): RestError {
  const unreadable = (details: string, hint: string) =>
    new RestError(
      500,
      "PGRST121",
      `Could not parse JSON in the "RAISE SQLSTATE 'PGRST'" error`,
      details,
      hint,
    );
  const detailHint =
    "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: " +
    "'status_text'.";

  const body = parseObject(message);
  if (typeof body?.code !== "string" || typeof body.message !== "string") {
    return unreadable(
      `Invalid JSON value for MESSAGE: '${message}'`,
      "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
    );
  }
  if (detail === undefined) return unreadable("DETAIL is missing in the RAISE statement", detailHint);
  const control = parseObject(detail);
  const headers = control?.headers;
  if (typeof control?.status !== "number" || typeof headers !== "object" || headers === null) {
    return unreadable(`Invalid JSON value for DETAIL: '${detail}'`, detailHint);
  }
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return new RestError(
    answerable(control.status),
    body.code,
    body.message,
    textOrNull(body.details),
    textOrNull(body.hint),
    Object.fromEntries(named),
  );
}

/** Every place in the pool stayed taken for as long as PostgREST waits. */
export function poolExhausted(): RestError {
  return new RestError(504, "PGRST003", "Timed out acquiring connection from connection pool.");
}

/** No connection could be made, or the server turned it away. */
export function connectionRefused(error: unknown): RestError {
  const details = error instanceof Error ? error.message : null;
  return new RestError(503, "PGRST000", "Database connection error. Retrying the connection.", details);
}

/**
 * Turns what the database client threw during a transaction into PostgREST's answer. Returns undefined for an
 * error that is neither the database's nor the connection's.
 */
export function databaseError(error: unknown, isAnonymous: boolean): RestError | undefined {
  if (error instanceof postgres.PostgresError) {
    const { code, message, detail, hint } = error;
    if (code === "PGRST") return raisedResponse(message, detail);
    const status = statusOf(code, message, isAnonymous);
    const headers: Record<string, string> = status === 401 ? { "www-authenticate": "Bearer" } : {};
    return new RestError(status, code, message, detail ?? null, hint ?? null, headers);
  }
  if (!isConnectionLost(error) || !(error instanceof Error)) return undefined;
  const message = "Database client error. Retrying the connection.";
  return new RestError(503, "PGRST001", message, error.message);
}
