// Converts the bytes of a batch to the text that SQL reads. A damaged line does not affect other lines.
import { MAX_BATCH_LINES } from "../_shared/limits.gen.ts";
import { Problem } from "../_shared/problem.ts";

const LINE_FEED = 10;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  // PostgreSQL's text cannot hold NUL: a NUL byte in a parameter would fail the whole call.
  if (bytes.includes(0)) return undefined;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes encoded at once: a multiple of three, so that padding comes only at the end, and few enough for the arguments of a call. */
const CHUNK = 24_576;

function base64(bytes: Uint8Array): string {
  // Hosted's Deno 2.1.4 has no Uint8Array.toBase64. A line of 512 KiB takes 5 ms this way, 35 ms with spread arguments,
  // and 37 to 70 ms byte by byte. A batch has about 100 ms of CPU time.
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += btoa(Reflect.apply(String.fromCharCode, null, bytes.subarray(start, start + CHUNK)));
  }
  return text;
}

function* lines(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start <= bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, start);
    yield bytes.subarray(start, end < 0 ? bytes.length : end);
    if (end < 0) return;
    start = end + 1;
  }
}

/** Some editors and runtimes begin a text with a byte order mark, which is no part of the header. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** SQL reads every line, blank lines included. 520,000 blank lines took it 3 s. */
function refuseManyLines(bytes: Uint8Array): void {
  for (let at = -1, count = 1; (at = bytes.indexOf(LINE_FEED, at + 1)) >= 0;) {
    if (++count > MAX_BATCH_LINES) {
      throw new Problem(
        "batch_too_large",
        `A batch may have at most ${MAX_BATCH_LINES} lines.`,
        String(MAX_BATCH_LINES),
      );
    }
  }
}

/**
 * The batch as text. Lines end at \n alone: JSON may contain U+2028 and U+2029, which some libraries take for line ends.
 * A line that is not UTF-8, or that contains a NUL byte, becomes `!base64:` and its bytes. Such a line is not JSON,
 * so it is quarantined like any other invalid line, with the bytes that the device sent.
 */
export function batchText(body: Uint8Array): string {
  const bytes = withoutMark(body);
  refuseManyLines(bytes);
  return decode(bytes) ??
    Array.from(lines(bytes), (line) => decode(line) ?? `!base64:${base64(line)}`).join("\n");
}
