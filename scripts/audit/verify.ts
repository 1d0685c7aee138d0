// Verifies an export of the audit log, line by line, without the database.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { AuditRecord, type Checkpoint, type Entry, Header, Line } from "./line.ts";
import { leafHash, MerkleLog } from "./merkle.ts";

/** A root that somebody kept elsewhere, such as from the webhook `audit.sealed`. */
export interface KnownHead {
  /** Number of leaves. */
  size: number;
  /** In lowercase hex. */
  root: string;
}

/** What an export proves. */
export interface Verdict {
  /** `invalid`: the export contradicts itself. `diverged`: it is sound, but it is not the log that a known head is of. */
  status: "valid" | "invalid" | "diverged";
  /** Sealed records. */
  records: number;
  /** Records that have no leaf yet. */
  pending: number;
  checkpoints: number;
  /** Records whose source or contents an erasure has removed. */
  erased: number;
  /** The newest checkpoint. */
  head: Checkpoint | null;
  /** What is wrong, in the order of the lines; at most `MOST_FINDINGS`. */
  findings: string[];
  /** The number of findings, also of those not listed. */
  found: number;
}

const MOST_FINDINGS = 20;
/** The job seals each minute. A record that waits longer was kept from it, or is hidden in an old id. */
const LONGEST_WAIT_MS = 15 * 60_000;
const PADDING = 256;

/** As private.audit_commitment() of the database. */
function commitment(salt: string, text: string): string {
  const bytes = Buffer.from(text, "utf8");
  const padding = (PADDING - bytes.length % PADDING) % PADDING;
  return createHash("sha256").update(Buffer.from(salt, "hex")).update(bytes).update(" ".repeat(padding))
    .digest("hex");
}

/** Takes the lines of an export in their order. */
export class LogVerifier {
  readonly #log = new MerkleLog();
  readonly #findings: string[] = [];
  #found = 0;
  #lines = 0;
  #header: Header | undefined;
  #head: Checkpoint | null = null;
  #checkpoints = 0;
  #pending = 0;
  #hasDiverged = false;
  #rootsDiffer = false;
  /** Objects that an erasure names. */
  readonly #erasures = new Set<string>();
  /** Records without a text that was sealed. */
  readonly #erased: { name: string; object: string | null }[] = [];
  #isKnownReached = false;

  constructor(readonly known?: KnownHead) {}

  /** Reads the next line. */
  add(text: string): void {
    this.#lines++;
    const value = parse(text);
    if (this.#lines === 1) {
      this.#header = Header.safeParse(value).data;
      if (!this.#header) this.#find("The first line is not the header of an export.");
      this.#compareKnown();
      return;
    }
    const line = Line.safeParse(value).data;
    if (!line) this.#find(`Line ${this.#lines} is not a line of an export.`);
    else if ("root" in line) this.#addCheckpoint(line);
    else if (line.leaf === null) this.#addPending(line);
    else this.#addLeaf(line, line.leaf);
  }

  /** The verdict after the last line. */
  finish(): Verdict {
    if (this.#lines === 0) this.#find("The export is empty.");
    this.#compareCount("sealed records", this.#header?.size, this.#log.size);
    this.#compareCount("checkpoints", this.#header?.checkpoints, this.#checkpoints);
    this.#compareCount("pending records", this.#header?.pending, this.#pending);
    if (this.#log.size !== (this.#head?.size ?? 0)) {
      this.#find("The last records belong to no checkpoint.");
    }
    for (const { name, object } of this.#erased) {
      if (object === null || !this.#erasures.has(object)) {
        this.#find(`${name} has lost a text, and no erasure accounts for it.`);
      }
    }
    if (this.known && !this.#isKnownReached) {
      this.#diverge(`The log has fewer records than the ${this.known.size} of the known head.`);
    }
    return {
      status: this.#found > 0 ? "invalid" : this.#hasDiverged ? "diverged" : "valid",
      records: this.#log.size,
      pending: this.#pending,
      checkpoints: this.#checkpoints,
      erased: this.#erased.length,
      head: this.#head,
      findings: this.#findings,
      found: this.#found + Number(this.#hasDiverged),
    };
  }

  #note(finding: string): void {
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push(finding);
  }

  #find(finding: string): void {
    this.#found++;
    this.#note(finding);
  }

  #compareCount(what: string, named: number | undefined, found: number): void {
    if (named !== undefined && named !== found) {
      this.#find(`The header names ${named} ${what}, and the export has ${found}.`);
    }
  }

  #addLeaf(entry: Entry, leaf: number): void {
    if (this.#pending > 0) this.#find(`Leaf ${leaf} comes after records that are not sealed.`);
    const expected = this.#log.size;
    if (leaf !== expected) this.#find(`Leaf ${leaf} is in the place of leaf ${expected}.`);
    if (entry.hash === null) return this.#find(`Leaf ${leaf} has no hash.`);
    this.#log.append(Buffer.from(entry.hash, "hex"));
    const name = `The record of leaf ${leaf}`;
    if (entry.record === null) this.#find(`${name} was removed.`);
    else if (Buffer.from(leafHash(Buffer.from(entry.record, "utf8"))).toString("hex") !== entry.hash) {
      this.#find(`${name} was changed.`);
    } else this.#readRecord(name, entry, entry.record);
    this.#compareKnown();
  }

  #addPending(entry: Entry): void {
    this.#pending++;
    const record = entry.record === null ? undefined : AuditRecord.safeParse(parse(entry.record)).data;
    if (!record) return this.#find(`Line ${this.#lines} is not a line of an export.`);
    this.#noteErasure(record);
    const waited = Date.parse(this.#header?.exported_at ?? record.at) - Date.parse(record.at);
    if (waited > LONGEST_WAIT_MS) {
      this.#find(`Record ${record.id} of ${record.at} is not sealed, although a minute suffices.`);
    } else if (waited < -LONGEST_WAIT_MS) {
      this.#find(`Record ${record.id} of ${record.at} is newer than the export.`);
    }
  }

  #readRecord(name: string, entry: Entry, text: string): void {
    const record = AuditRecord.safeParse(parse(text)).data;
    if (!record) return this.#find(`${name} is not a record of an audit trail.`);
    this.#noteErasure(record);
    const isWhole = [
      this.#compareText(name, "source", entry.source, entry.source_salt, record.source_hash),
      this.#compareText(name, "contents", entry.contents, entry.contents_salt, record.contents_hash),
    ].every(Boolean);
    if (!isWhole) this.#erased.push({ name, object: record.object_id });
  }

  /** Whether the text is there, or there was none. */
  #compareText(
    name: string,
    what: string,
    text: string | null,
    salt: string | null,
    hash: string | null,
  ): boolean {
    if (text === null && salt === null) return hash === null;
    if (text === null || salt === null || hash === null || commitment(salt, text) !== hash) {
      this.#find(`${name}: its ${what} was changed.`);
    }
    return true;
  }

  #noteErasure(record: AuditRecord): void {
    if (record.action === "erase_learner" && record.object === "learner.state" && record.object_id !== null) {
      this.#erasures.add(record.object_id);
    }
  }

  #addCheckpoint(checkpoint: Checkpoint): void {
    const { size, root, sealed_at } = checkpoint;
    this.#checkpoints++;
    const last = this.#head;
    if (last && (last.size >= size || Date.parse(last.sealed_at) > Date.parse(sealed_at))) {
      this.#find(`The checkpoint of ${size} records is not newer than the one before it.`);
    }
    // Every later root differs too, which is no news.
    if ((size !== this.#log.size || root !== this.#log.root()) && !this.#rootsDiffer) {
      this.#rootsDiffer = true;
      this.#find(`The records after leaf ${last?.size ?? 0} are not those that were sealed at ${sealed_at}.`);
    }
    this.#head = checkpoint;
  }

  #compareKnown(): void {
    if (this.known?.size !== this.#log.size) return;
    this.#isKnownReached = true;
    const root = this.#log.root();
    if (root === this.known.root) return;
    this.#diverge(
      `The first ${this.known.size} records have the root ${root}, which is not that of the known head.`,
    );
  }

  #diverge(finding: string): void {
    this.#hasDiverged = true;
    this.#note(finding);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
