// How many events one batch holds.
import { MAX_BATCH_BYTES } from "../contract/limits.ts";

/** Bytes of a batch that the header and its line break may take. */
const HEADER_BYTES = 4 * 1024;

const encoder = new TextEncoder();

/** The first of the lines that fit one batch; none if the first line alone is too long. */
export function fitBatch<T extends { line: string }>(waiting: readonly T[], headerBytes = HEADER_BYTES): T[] {
  let room = MAX_BATCH_BYTES - headerBytes;
  return waiting.filter(({ line }) => (room -= encoder.encode(line).byteLength + 1) >= 0);
}
