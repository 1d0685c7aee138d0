// The Merkle tree of RFC 6962, as far as an append-only log of leaf hashes needs it.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

const sha256 = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The hash of a leaf with these bytes. */
export const leafHash = (bytes: Uint8Array): Uint8Array => sha256(LEAF, bytes);

/** A log that grows leaf by leaf. It keeps the roots of its complete subtrees, at most one for each bit of its size. */
export class MerkleLog {
  /** Number of leaves. */
  size = 0;
  readonly #subtrees: Uint8Array[] = [];

  /** Adds a leaf by its hash of 32 bytes. */
  append(leaf: Uint8Array): void {
    this.size++;
    let node = leaf;
    // The leaf completes one subtree for each 0 at the end of the new size in binary form.
    for (let rest = this.size; rest % 2 === 0; rest /= 2) {
      const left = this.#subtrees.pop();
      if (left) node = sha256(NODE, left, node);
    }
    this.#subtrees.push(node);
  }

  /** The root over all leaves, in lowercase hex. */
  root(): string {
    const root = this.#subtrees.reduceRight<Uint8Array | undefined>(
      (right, left) => right ? sha256(NODE, left, right) : left,
      undefined,
    );
    return Buffer.from(root ?? sha256()).toString("hex");
  }
}
