// Answers: gzipped if the client accepts gzip, and 304 if the client has the content already.
import { type Bytes, responseOf } from "./outgoing.ts";

/** A body in both encodings. */
export interface Payload {
  plain: Bytes;
  gzip: Bytes;
}

/** Smaller bodies fit into one packet without gzip. */
const WORTH_GZIP = 1000;

/** The bytes that gzip gets at once, which take 2 ms. A page of 1 MiB takes 30 ms, and other requests must not wait so long. */
const SLICE_BYTES = 64 * 1024;

/** Lets other requests go on. A promise alone would not. */
const breath = () => new Promise((resolve) => setTimeout(resolve, 0));

function slices(bytes: Bytes): ReadableStream<Bytes> {
  let at = 0;
  return new ReadableStream({
    async pull(stream) {
      if (at > 0) await breath();
      if (at < bytes.byteLength) stream.enqueue(bytes.subarray(at, at += SLICE_BYTES));
      else stream.close();
    },
  });
}

/** Gzips a body, with room for other requests meanwhile. */
async function compress(bytes: Bytes): Promise<Bytes> {
  const stream = slices(bytes).pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Bytes as hex digits. */
export const hexOf = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Both forms of a text, for answers that are sent more than once. */
export async function payloadOf(text: string): Promise<Payload> {
  const plain = new TextEncoder().encode(text);
  return { plain, gzip: plain.byteLength < WORTH_GZIP ? plain : await compress(plain) };
}

/** The first 16 hex digits of the SHA-256: a validator of the content. */
export async function digestOf(bytes: Bytes): Promise<string> {
  return hexOf(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 16);
}

/** How an answer may be kept. */
export interface ReplyOptions {
  contentType: string;
  cacheControl: string;
  /** Opaque validator, without quotes. */
  etag?: string;
}

/** Whether the caller accepts gzip, of which x-gzip is the old name, and does not prefer an unencoded answer (RFC 9110, 8.4.1.3 and 12.5.3). */
function acceptsGzip(request: Request): boolean {
  const weights = new Map<string, number>();
  for (const item of (request.headers.get("accept-encoding") ?? "").toLowerCase().split(",")) {
    const [coding = "", ...parameters] = item.split(";").map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    weights.set(coding, weight === undefined ? 1 : Number(weight));
  }
  const gzip = weights.get("gzip") ?? weights.get("x-gzip") ?? weights.get("*") ?? 0;
  return gzip > 0 && gzip >= (weights.get("identity") ?? 0);
}

/** Whether the caller has this content already: weak comparison with each validator of a list, or `*` (RFC 9110, 13.1.2). */
function hasContent(request: Request, etag: string): boolean {
  const header = request.headers.get("if-none-match")?.trim() ?? "";
  return header === "*" || [...header.matchAll(/"([^"]*)"/g)].some(([, opaque]) => opaque === etag);
}

/**
 * The answer for a payload, or 304 if the caller's validator matches. Only for content that is the same for every learner.
 * The answer does not vary by `authorization`: a new token, once an hour, would invalidate a browser's cache.
 * Cacheable answers are `private`: a shared cache, such as a CDN, would serve them to callers without a token.
 * Data of a single learner is never cached (`replyOnce`).
 */
export function reply(request: Request, payload: Payload, options: ReplyOptions): Response {
  const headers = new Headers({
    "content-type": options.contentType,
    "cache-control": options.cacheControl,
    vary: "accept-encoding",
  });
  if (options.etag) {
    // A weak validator: the content is the same in both encodings, the bytes are not.
    headers.set("etag", `W/"${options.etag}"`);
    if (hasContent(request, options.etag)) return new Response(null, { status: 304, headers });
  }
  const gzipped = acceptsGzip(request) && payload.gzip !== payload.plain;
  if (gzipped) headers.set("content-encoding", "gzip");
  return responseOf(gzipped ? payload.gzip : payload.plain, headers);
}

/** The answer for a text that is sent once. */
export async function replyOnce(request: Request, text: string, contentType: string): Promise<Response> {
  const plain = new TextEncoder().encode(text);
  const gzip = acceptsGzip(request) && plain.byteLength >= WORTH_GZIP ? await compress(plain) : plain;
  return reply(request, { plain, gzip }, { contentType, cacheControl: "no-store" });
}
