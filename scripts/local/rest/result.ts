// The one row that every statement of this service returns, and the answer that is made of it.
import { notSingular, RestError } from "./errors.ts";
import type { Representation } from "./media_type.ts";
import type { RawRow } from "./pool.ts";
import { quoteIdentifier } from "./sql.ts";

/** Name of the rows that an answer is made of. */
export const ROWS = "pgrst_rows";

/** What a statement came to. */
export interface Result {
  /** Rows that match without limit and offset; null when not counted. */
  total: number | null;
  /** Rows returned or changed. */
  rows: number;
  /** The body exactly as the database wrote it. */
  body: Uint8Array<ArrayBuffer>;
  /** The settings `response.status` and `response.headers`, which a function may have made. */
  status: string | null;
  headers: string | null;
  /** Rows that an upsert inserted rather than updated; null for other statements. */
  inserted: number | null;
}

/** Whether a row is one value, in a column of this name, or an object. */
export const SCALAR = "pgrst_scalar";

/** The expression that aggregates rows into a body. */
export function bodySql(representation: Representation, scalar: boolean, oneRow: boolean): string {
  const element = scalar ? `${ROWS}.${quoteIdentifier(SCALAR)}` : ROWS;
  const strip = (json: string) => representation.stripNulls ? `json_strip_nulls(${json})` : json;
  if (representation.shape === "raw") return `(array_agg(${element}))[1]`;
  if (representation.shape === "single" || oneRow) {
    return `coalesce(${strip(`json_agg(${element})->0`)}, 'null')`;
  }
  return `coalesce(${strip(`json_agg(${element})`)}, '[]')`;
}

const setting = (name: string) => `nullif(current_setting('${name}', true), '')`;

/** Setting in which an upsert counts the rows it inserts. */
export const INSERTED = "pgrst.inserted";

/** The list of columns that `readResult` expects, over rows named ROWS. */
export function resultColumns(body: string, total = "null::bigint"): string {
  return `${total}, count(${ROWS}), ${body}, ${setting("response.status")}, ${setting("response.headers")}, ${
    setting(INSERTED)
  }`;
}

const text = (bytes: Uint8Array | null | undefined) => bytes ? new TextDecoder().decode(bytes) : null;

const number = (bytes: Uint8Array | null | undefined) => {
  const digits = text(bytes);
  return digits === null ? null : Number(digits);
};

/** Reads the row that `resultColumns` made. */
export function readResult([row = []]: readonly RawRow[]): Result {
  const [total, rows, body, status, headers, inserted] = row;
  return {
    total: number(total),
    rows: number(rows) ?? 0,
    // Copied: the bytes are a view on the connection's buffer.
    body: new Uint8Array(body ?? []),
    status: text(status),
    headers: text(headers),
    inserted: number(inserted),
  };
}

/** Throws, which rolls back, when one object was asked for and the rows are not one. */
export function checkSingular(representation: Representation, rows: number): void {
  if (representation.shape === "single" && rows !== 1) throw notSingular(rows);
}

function statusSetByFunction(status: string | null): number | null {
  if (status === null) return null;
  const digits = /^\d+/.exec(status);
  const value = digits ? Number(digits[0]) : NaN;
  if (value >= 200 && value <= 599) return value;
  throw new RestError(500, "PGRST112", "response.status guc must be a valid status code");
}

function isHeaderList(value: unknown): value is Record<string, string>[] {
  return Array.isArray(value) && value.every((entry) => {
    const values = typeof entry === "object" && entry !== null ? Object.values(entry) : [];
    return values.length === 1 && typeof values[0] === "string";
  });
}

function headersSetByFunction(headers: string | null): [string, string][] {
  if (headers === null) return [];
  const message =
    "response.headers guc must be a JSON array composed of objects with a single key and a string value";
  try {
    const value: unknown = JSON.parse(headers);
    if (isHeaderList(value)) return value.flatMap((entry) => Object.entries(entry));
  } catch {
    // Falls through to the same error as a list of another form.
  }
  throw new RestError(500, "PGRST111", message);
}

/** Statuses whose answers have no body. */
const BODILESS = [204, 205, 304];

/** The answer; what the function set goes before `status` and `headers`. */
export function resultResponse(
  result: Result,
  status: number,
  headers: Record<string, string | null>,
  body: Uint8Array<ArrayBuffer> | null,
): Response {
  const finalStatus = statusSetByFunction(result.status) ?? status;
  const final = new Headers();
  for (const [name, value] of Object.entries(headers)) if (value !== null) final.set(name, value);
  const own = headersSetByFunction(result.headers);
  for (const [name] of own) final.delete(name);
  for (const [name, value] of own) final.append(name, value);
  return new Response(BODILESS.includes(finalStatus) ? null : body, { status: finalStatus, headers: final });
}
