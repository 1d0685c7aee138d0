// A batch's bytes as the text that SQL takes, one damaged line never touching another.
import { MAX_BATCH_LINES } from "../_shared/limits.gen.ts";
import { Problem } from "../_shared/problem.ts";

const LINE_FEED = 10;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  // PostgreSQL's text holds no NUL, and one in a parameter would end the whole call.
  if (bytes.includes(0)) return undefined;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes that are encoded at once: a multiple of three, so that no padding is inside, and no more than arguments fit a call. */
const CHUNK = 24_576;

function base64(bytes: Uint8Array): string {
  // A line of 512 KiB takes 5 ms so in Deno 2.1.4, as hosted has it, 35 with the bytes spread as arguments, and 37 to 70 one by one, of the
  // 100 that a batch has. Uint8Array.toBase64 came later.
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

/** SQL looks at each line, blank ones included, and at 520,000 blank ones for 3 s. */
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
 * The batch as text. A line that is not UTF-8, or holds a NUL byte, becomes `!base64:` and its bytes: no
 * JSON, so it is quarantined like any broken line, and still what the device sent.
 */
export function batchText(bytes: Uint8Array): string {
  refuseManyLines(bytes);
  return decode(bytes) ??
    Array.from(lines(bytes), (line) => decode(line) ?? `!base64:${base64(line)}`).join("\n");
}
