// PostgREST's error shape, and the errors that PostgREST itself (not the database) answers with.
// Codes and statuses: https://docs.postgrest.org/en/latest/references/errors.html

/** An answer that is not a result; rendered by `errorResponse`. */
export class RestError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** `PGRST…` or the database's SQLSTATE. */
    readonly code: string,
    message: string,
    readonly details: string | null = null,
    readonly hint: string | null = null,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** Renders an error; keys in PostgREST's (alphabetical) order. */
export function errorResponse(error: RestError): Response {
  const { code, details, hint, message } = error;
  return new Response(JSON.stringify({ code, details, hint, message }), {
    status: error.status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "proxy-status": `PostgREST; error=${code.replace(/[^\w.-]/g, "")}`,
      ...error.headers,
    },
  });
}

/** What PostgREST can do and this stand-in does not; hosted never answers 501, so it can't be mistaken. */
export function notImplemented(sentence: string): RestError {
  return new RestError(501, "PGRST127", sentence);
}

/** The query string could not be read; `column` counts from 1. */
export function queryStringError(what: string, text: string, column: number, details: string): RestError {
  return new RestError(
    400,
    "PGRST100",
    `"failed to parse ${what} (${text})" (line 1, column ${column})`,
    details,
  );
}

/** The body is missing, malformed or of a type that can't be read. */
export function invalidBody(message: string): RestError {
  return new RestError(400, "PGRST102", message);
}

/** A limit, offset or Range header that selects nothing. */
export function invalidRange(details: string): RestError {
  return new RestError(416, "PGRST103", "Requested range not satisfiable", details);
}

/** The profile header names a schema that is not exposed. */
export function unknownSchema(schema: string, exposed: readonly string[]): RestError {
  const hint = `Only the following schemas are exposed: ${exposed.join(", ")}`;
  return new RestError(406, "PGRST106", `Invalid schema: ${schema}`, null, hint);
}

/** None of the accepted media types can be produced. */
export function unacceptable(accepted: readonly string[]): RestError {
  const message = `None of these media types are available: ${accepted.join(", ")}`;
  return new RestError(406, "PGRST107", message);
}

/** A single object was asked for and `rows` rows came. */
export function notSingular(rows: number): RestError {
  const details = `The result contains ${rows} rows`;
  return new RestError(406, "PGRST116", "Cannot coerce the result to a single JSON object", details);
}
