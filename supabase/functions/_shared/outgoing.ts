// Large answers leave in slices, as fast as they are read. A reader that stops loses its answer after a time, so it holds neither memory
// nor the learner's place for good.
import { type Clock, systemClock } from "./clock.ts";

/** Bytes with a buffer of their own. TypeScript 5.6 (hosted) and 6 have different names for this type. */
export type Bytes = ReturnType<TextEncoder["encode"]>;

/** Smaller bodies are given away at once: the socket's buffer takes them. */
const SLICE_BYTES = 64 * 1024;
/** The longest time until an answer is read. A page of 1 MiB takes this long at 9 KiB a second. */
const READ_MS = 120_000;

const reading = new WeakMap<Response, Promise<void>>();

/** Resolves when the body of the answer has left, or never will. At once for a small body. */
export const whenRead = (response: Response): Promise<void> => reading.get(response) ?? Promise.resolve();

/** A response with these bytes. */
export function responseOf(bytes: Bytes, headers: Headers, clock: Clock = systemClock): Response {
  if (bytes.byteLength <= SLICE_BYTES) return new Response(bytes, { headers });
  const read = Promise.withResolvers<void>();
  let at = 0;
  let callOff = () => {};
  const end = () => {
    callOff();
    read.resolve();
  };
  const body = new ReadableStream<Bytes>({
    start(stream) {
      callOff = clock.after(READ_MS, () => {
        stream.error(`An answer was not read within ${READ_MS / 1000} s.`);
        end();
      });
    },
    pull(stream) {
      stream.enqueue(bytes.subarray(at, at += SLICE_BYTES));
      if (at < bytes.byteLength) return;
      stream.close();
      end();
    },
    cancel: end,
  }, { highWaterMark: 0 });
  headers.set("content-length", String(bytes.byteLength));
  const response = new Response(body, { headers });
  reading.set(response, read.promise);
  return response;
}
