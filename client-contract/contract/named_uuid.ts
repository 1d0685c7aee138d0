// UUIDs that follow from a name (version 5): whoever knows the name makes the same id again.
import { sha1 } from "@noble/hashes/legacy";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils";

/** The UUID of version 5 for a name within a namespace, which is a UUID too. */
export function namedUuid(namespace: string, name: string): string {
  const bytes = sha1(concatBytes(hexToBytes(namespace.replaceAll("-", "")), new TextEncoder().encode(name)))
    .slice(0, 16);
  // Version 5, variant 1.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytesToHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
