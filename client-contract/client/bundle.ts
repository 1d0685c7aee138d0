// A bundle's file: rows of one domain at a version, gzipped and shared by all devices. Inflated, it is a snapshot's page.
import { ContractError, NetworkError } from "./client_error.ts";
import { type ContentChange, readDeltaPage } from "./delta_page.ts";
import { MAX_PAGE_BYTES } from "../contract/limits.ts";
import type { Bundle } from "../contract/manifest.ts";
import { sha256 } from "../contract/sha256.ts";

/** Inflated bytes of a file for each of its own. Text gzips to a fifth, and hardly ever to less than a hundredth. */
const MAX_INFLATION = 100;

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  // A file of the usual size may hold the same text a thousand times.
  let room = Math.max(bytes.byteLength * MAX_INFLATION, 2 * MAX_PAGE_BYTES);
  // By a reader: not every browser iterates streams.
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    if ((room -= read.value.byteLength) < 0) throw new ContractError("the bundle inflates to too much");
    parts.push(read.value);
  }
  return await new Blob(parts).text();
}

/**
 * Reads a bundle's file. Throws NetworkError where it was cut off, ContractError where it is another file than the
 * manifest named. Whether its rows are the published ones, only the hash tree tells.
 */
export async function readBundle(bundle: Bundle, bytes: Uint8Array<ArrayBuffer>): Promise<ContentChange[]> {
  if (bytes.byteLength < bundle.bytes) throw new NetworkError("the bundle was cut off");
  if (bytes.byteLength !== bundle.bytes || sha256(bytes) !== bundle.sha256) {
    throw new ContractError("the bundle is not the file that the manifest names");
  }
  const { page, changes, end } = readDeltaPage(await inflate(bytes));
  if (page.since !== 0 || end.next !== null || changes.length !== bundle.rows) {
    throw new ContractError("the bundle is not of one domain's snapshot");
  }
  const isOfDomain = ({ row }: ContentChange) =>
    row.kind !== "tombstone" && row.kind !== "same" &&
    (row.kind === "domain" ? row.id : row.domain_id) === bundle.domain_id;
  if (!changes.every(isOfDomain)) throw new ContractError("the bundle has rows of another domain");
  return changes;
}
