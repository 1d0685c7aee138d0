// Request bodies: read and inflated below a limit, so that neither a flood nor a gzip bomb is ever held in memory, and no slow sender
// keeps a learner's place.
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type Clock, inTime, systemClock } from "./clock.ts";
import { Problem } from "./problem.ts";

/** The longest pause between two chunks. A phone that changes its cell stalls for a few seconds. */
const IDLE_MS = 10_000;
/** The longest time for a whole body. The largest batch takes this long at 17 KiB a second. */
const TOTAL_MS = 30_000;

function tooLarge(cap: number): Problem {
  return new Problem("payload_too_large", `The body may hold at most ${cap} bytes.`, String(cap));
}

function tooSlow(): Problem {
  const limits = `A pause may last ${IDLE_MS / 1000} s, a body ${TOTAL_MS / 1000} s.`;
  return new Problem("body_timeout", `The body arrives too slowly. ${limits}`, String(TOTAL_MS / 1000));
}

/**
 * The chunks of a body that arrives in time. The bytes are counted before inflation too: a gzip body of empty members inflates to
 * nothing and would never reach the limit.
 */
async function* arriving(
  body: ReadableStream<Uint8Array>,
  cap: number,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const end = clock.now() + TOTAL_MS;
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await inTime(
        reader.read(),
        Math.min(IDLE_MS, end - clock.now()),
        tooSlow,
        clock,
      );
      if (done) return;
      size += value.byteLength;
      if (size > cap) throw tooLarge(cap);
      yield value;
    }
  } finally {
    // Not awaited: the sender may never react.
    reader.cancel().catch(() => {});
  }
}

async function readCapped(body: AsyncIterable<Uint8Array>, cap: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream, and with it the inflation.
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > cap) throw tooLarge(cap);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/**
 * The bytes that zlib gets at once. Hosted's Deno inflates a whole chunk before anybody can stop it, and a bomb grows a thousandfold:
 * from a chunk of 64 KiB to 67 MB, from one of 4 KiB to 4 MB.
 */
const SLICE_BYTES = 4096;

async function* inSlices(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    for (let at = 0; at < chunk.byteLength; at += SLICE_BYTES) yield chunk.subarray(at, at + SLICE_BYTES);
  }
}

/** The inflated bytes. zlib is used because DecompressionStream refuses a body of several gzip members (RFC 1952, 2.2). */
function inflate(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // An error of the body destroys the inflation with the same error, which its reader sees.
  return pipeline(Readable.from(inSlices(body)), createGunzip(), () => {});
}

/** The bytes of the body. A gzipped body is inflated; `cap` limits the bytes before and after inflation. */
export async function readBody(
  request: Request,
  cap: number,
  clock: Clock = systemClock,
): Promise<Uint8Array> {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  const isGzip = encoding === "gzip" || encoding === "x-gzip";
  if (encoding !== "identity" && !isGzip) {
    throw new Problem("unsupported_encoding", "The body may be plain or gzip.", "gzip");
  }
  if (Number(request.headers.get("content-length") ?? 0) > cap) {
    throw tooLarge(cap);
  }
  if (!request.body) return new Uint8Array();
  try {
    const body = arriving(request.body, cap, clock);
    return await readCapped(isGzip ? inflate(body) : body, cap);
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (isGzip) {
      throw new Problem("malformed_request", "The body is not valid gzip.", "content-encoding");
    }
    throw new Problem("malformed_request", "The body ended before it was complete.", "content-length");
  }
}
