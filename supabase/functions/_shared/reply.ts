// Answers: gzipped where the client takes it, 304 where it has them already.

/** Bytes in memory of their own, by the name that TypeScript 5.6 (hosted) and 6 both have for them. */
export type Bytes = ReturnType<TextEncoder["encode"]>;

/** A body in the two forms that are sent. */
export interface Payload {
  plain: Bytes;
  gzip: Bytes;
}

/** Below this many bytes gzip saves nothing that a packet would notice. */
const WORTH_GZIP = 1000;

async function compress(bytes: Bytes): Promise<Bytes> {
  const stream = new Response(bytes).body?.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Both forms of a text, for answers that are sent more than once. */
export async function payloadOf(text: string): Promise<Payload> {
  const plain = new TextEncoder().encode(text);
  return { plain, gzip: plain.byteLength < WORTH_GZIP ? plain : await compress(plain) };
}

/** The first 16 hex digits of a SHA-256: a validator for what the text says. */
export async function digestOf(bytes: Bytes): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** How an answer may be kept. */
export interface ReplyOptions {
  contentType: string;
  cacheControl: string;
  /** Opaque validator, without quotes. */
  etag?: string;
}

function takesGzip(request: Request): boolean {
  return /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
}

/**
 * The answer for a payload, or 304 where the caller's validator matches. Of what is the same for every learner: it does not vary by
 * `authorization`, or a browser's cache would be void with every new token, once an hour. What may be kept is `private`: a cache that callers
 * share, a CDN's, must not keep it, since it would serve it to whoever has no token; and a browser gives it to nobody but the apps
 * of one origin, whose own cache holds the same rows anyway. What is one learner's own is never kept (`replyOnce`).
 */
export function reply(request: Request, payload: Payload, options: ReplyOptions): Response {
  const headers = new Headers({
    "content-type": options.contentType,
    "cache-control": options.cacheControl,
    vary: "accept-encoding",
  });
  // Weak: the same content, in one encoding or the other.
  const etag = options.etag && `W/"${options.etag}"`;
  if (etag) {
    headers.set("etag", etag);
    if (request.headers.get("if-none-match")?.split(/\s*,\s*/).includes(etag)) {
      return new Response(null, { status: 304, headers });
    }
  }
  const gzipped = takesGzip(request) && payload.gzip !== payload.plain;
  if (gzipped) headers.set("content-encoding", "gzip");
  return new Response(gzipped ? payload.gzip : payload.plain, { headers });
}

/** The answer for a text that is sent once. */
export async function replyOnce(request: Request, text: string, contentType: string): Promise<Response> {
  const plain = new TextEncoder().encode(text);
  const gzip = takesGzip(request) && plain.byteLength >= WORTH_GZIP ? await compress(plain) : plain;
  return reply(request, { plain, gzip }, { contentType, cacheControl: "no-store" });
}
