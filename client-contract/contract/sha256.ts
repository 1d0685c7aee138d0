// SHA-256, synchronous on every platform.
import { sha256 as digestOf } from "@noble/hashes/sha2";
import { bytesToHex } from "@noble/hashes/utils";

/** A platform's own synchronous SHA-256: the digest of bytes, in hex. */
export type HashBytes = (bytes: Uint8Array) => string;

/** In JavaScript: for browsers and React Native, whose own SHA-256 is asynchronous. A short text takes longer to await there than to hash. */
const inJavaScript: HashBytes = (bytes) => bytesToHex(digestOf(bytes));

const encoder = new TextEncoder();

/** The SHA-256 of bytes, or of a text's UTF-8 bytes, in hex. */
export const sha256 = (data: string | Uint8Array, hash: HashBytes = inJavaScript): string =>
  hash(typeof data === "string" ? encoder.encode(data) : data);

/** A SHA-256 of bytes that come in pieces. */
export interface RunningSha256 {
  update(bytes: Uint8Array): void;
  /** The digest in hex; no more bytes may follow. */
  hex(): string;
}

/** Begins a SHA-256. */
export function startSha256(): RunningSha256 {
  const hash = digestOf.create();
  return { update: (bytes) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
}
