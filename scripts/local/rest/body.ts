// The body of a request. It is parsed only to learn its keys and that it is JSON: what the database gets is
// the text as it was sent, so numbers, escapes and order in `json` values arrive untouched.
import { invalidBody, notImplemented } from "./errors.ts";

/** A JSON body, as text for a `json` parameter. */
export interface JsonBody {
  kind: "json";
  text: string;
  isObject: boolean;
  /** Keys of the object, or of the first object of an array, whose others have the same. */
  keys: readonly string[];
}

/** A body that a function takes as one value. */
export interface RawBody {
  kind: "text" | "bytes";
  value: string | Uint8Array;
}

const EMPTY_OBJECT: JsonBody = { kind: "json", text: "{}", isObject: true, keys: [] };
const EMPTY_ARRAY: JsonBody = { kind: "json", text: "[]", isObject: false, keys: [] };

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidBody("Empty or invalid json");
  }
}

/** `\ud800` without its second half is valid JSON for JavaScript, but not for PostgREST's parser. */
function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, entry]) => !key.isWellFormed() || hasLoneSurrogate(entry));
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidBody("Empty or invalid json");
  }
  if (/\\u[dD][89a-fA-F]/.test(text) && hasLoneSurrogate(value)) throw invalidBody("Empty or invalid json");
  return value;
}

function keysOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidBody("All object keys must match");
  }
  return Object.keys(value);
}

function describeJson(text: string): JsonBody {
  const value = parseJson(text);
  if (!Array.isArray(value)) {
    if (typeof value !== "object" || value === null) return EMPTY_ARRAY;
    return { kind: "json", text, isObject: true, keys: Object.keys(value) };
  }
  if (value.length === 0) return EMPTY_ARRAY;
  const keys = keysOf(value[0]);
  const expected = new Set(keys);
  for (const entry of value) {
    const own = keysOf(entry);
    if (own.length !== expected.size || !own.every((key) => expected.has(key))) {
      throw invalidBody("All object keys must match");
    }
  }
  return { kind: "json", text, isObject: false, keys };
}

function mediaTypeOf(request: Request): string {
  const [mediaType = ""] = (request.headers.get("content-type") ?? "application/json").split(";");
  return mediaType.trim().toLowerCase();
}

const bytesOf = async (request: Request) => new Uint8Array(await request.arrayBuffer());

/**
 * Reads a JSON body. With `columns` it is not parsed at all: the listed keys are used, and whether it is
 * JSON is for the database to say. An empty body stands for `{}` where `emptyIsObject`.
 */
export async function readJsonBody(
  request: Request,
  columns: readonly string[] | null,
  emptyIsObject: boolean,
): Promise<JsonBody> {
  const mediaType = mediaTypeOf(request);
  if (["text/csv", "application/x-www-form-urlencoded", "text/xml"].includes(mediaType)) {
    throw notImplemented(`This stand-in does not read bodies of type ${mediaType}.`);
  }
  if (mediaType !== "application/json") throw invalidBody(`Content-Type not acceptable: ${mediaType}`);
  const text = decodeUtf8(await bytesOf(request));
  if (text === "" && emptyIsObject) return EMPTY_OBJECT;
  if (columns === null) return describeJson(text);
  return { kind: "json", text, isObject: text.trimStart().startsWith("{"), keys: columns };
}

/** Reads the body of a function call: JSON arguments, or one text or bytes value. */
export async function readCallBody(
  request: Request,
  columns: readonly string[] | null,
): Promise<JsonBody | RawBody> {
  const mediaType = mediaTypeOf(request);
  if (mediaType === "text/plain") return { kind: "text", value: decodeUtf8(await bytesOf(request)) };
  if (mediaType === "application/octet-stream") return { kind: "bytes", value: await bytesOf(request) };
  return await readJsonBody(request, columns, true);
}
