// The lines of an export of the audit log: docs/audit.md describes them.
import { z } from "zod";

/** The `format` of an export. */
export const FORMAT = "carrel-audit-log/1";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Salt = z.string().regex(/^[0-9a-f]{32}$/).nullable();
const Count = z.number().int().min(0);
const Time = z.iso.datetime({ offset: true });

/** The first line. */
export const Header = z.strictObject({
  format: z.literal(FORMAT),
  /** This line of the database's life; a restore begins another. */
  history: z.string(),
  exported_at: Time,
  /** Number of leaves. */
  size: Count,
  checkpoints: Count,
  /** Number of records without a leaf, which come last. */
  pending: Count,
});
export type Header = z.infer<typeof Header>;

/** A record of the audit trail. */
export const Entry = z.strictObject({
  /** Its place in the log, from 0; null while it is not sealed. */
  leaf: Count.nullable(),
  /** The hash of its leaf, as it was sealed. */
  hash: Hash.nullable(),
  /** The text of the leaf, made of the record as it is now; null if the record is gone. */
  record: z.string().nullable(),
  source: z.string().nullable(),
  source_salt: Salt,
  contents: z.string().nullable(),
  contents_salt: Salt,
});
export type Entry = z.infer<typeof Entry>;

/** What `record` is the text of. */
export const AuditRecord = z.object({
  id: z.number().int(),
  at: Time,
  action: z.string(),
  object: z.string(),
  object_id: z.string().nullable(),
  source_hash: Hash.nullable(),
  contents_hash: Hash.nullable(),
});
export type AuditRecord = z.infer<typeof AuditRecord>;

/** The root after a sealing. It follows the last leaf that it covers. */
export const Checkpoint = z.strictObject({ size: Count, root: Hash, sealed_at: Time });
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A line after the first. */
export const Line = z.union([Checkpoint, Entry]);

/** The lines of a text that arrives in parts. node:readline would also split at U+2028 and U+2029, which a record's text may have. */
export async function* linesOf(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of parts) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
