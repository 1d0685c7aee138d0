// Reads rows of the cache and of a download as they are on the disk, damaged or not. Types and constraints are not relied on, because a flipped
// bit may break them.
import { z } from "zod";
import { sha256, type TreeRow } from "../contract/hash_tree.ts";
import { parseJson } from "../contract/json.ts";
import type { Database } from "./database.ts";

/** A row of the cache or of a download. */
export interface HeldRow extends TreeRow {
  /** Its table, and its number there. */
  place: "cache" | "staged";
  rowid: number;
  /** For a domain, its own id. */
  domainId: string | null;
  hash: string;
  /** Hash and columns agree with the body. */
  isSound: boolean;
}

/** The rows that were read. */
export interface RowScan {
  rows: HeldRow[];
  /** Numbers of rows in the cache and in the download whose kind can't be read. */
  rubbish: { place: HeldRow["place"]; rowid: number }[];
}

// As bytes: decoding would turn everything that is not UTF-8 into the same character.
const Bytes = z.instanceof(Uint8Array<ArrayBuffer>);
const Raw = z.object({
  rowid: z.number(),
  kind: z.unknown(),
  id: z.unknown(),
  version: z.unknown(),
  domain_id: z.unknown(),
  skill_id: z.unknown(),
  position: z.unknown(),
  sha256: z.unknown(),
  body_type: z.unknown(),
  line: Bytes.nullable(),
});
type Raw = z.infer<typeof Raw>;

const CACHE = `
  select rowid, kind, id, version, domain_id, skill_id, position, sha256, typeof(body) as body_type,
    cast(body as blob) as line
  from content_row`;

// Rows of a download have no such columns; the values are read from the body.
const STAGED = `
  select rowid, kind, id, null as version, null as domain_id, null as skill_id, null as position, null as sha256,
    typeof(body) as body_type, cast(body as blob) as line
  from content_staged where body is not null`;

const Kind = z.enum(["domain", "skill", "question"]);
const Body = z.object({
  kind: Kind,
  id: z.string(),
  version: z.int(),
  domain_id: z.string().nullish(),
  skill_id: z.string().nullish(),
  position: z.number().nullish(),
});

const decoder = new TextDecoder();

function parentOf(kind: HeldRow["kind"], domainId: unknown, skillId: unknown): string | null {
  const parent = kind === "skill" ? domainId : kind === "question" ? skillId : null;
  return typeof parent === "string" ? parent : null;
}

/** Reads one row; undefined if it is unreadable. The columns of a cached row decide its place in the tree. */
async function readRow(place: HeldRow["place"], raw: Raw): Promise<HeldRow | undefined> {
  const kind = Kind.safeParse(raw.kind);
  if (!kind.success || typeof raw.id !== "string" || raw.line === null) return undefined;
  const hash = await sha256(raw.line);
  const body = Body.safeParse(parseJson(decoder.decode(raw.line))).data;
  const isItself = raw.body_type === "text" && body?.kind === kind.data && body.id === raw.id;
  const columns = place === "cache" ? raw : body;
  const isSound = isItself && (place === "staged" ||
    (raw.sha256 === hash && raw.version === body.version && raw.domain_id === (body.domain_id ?? null) &&
      raw.skill_id === (body.skill_id ?? null) && raw.position === (body.position ?? null)));
  return {
    place,
    rowid: raw.rowid,
    kind: kind.data,
    id: raw.id,
    parent: parentOf(kind.data, columns?.domain_id, columns?.skill_id),
    domainId: kind.data === "domain" ? raw.id : parentOf("skill", columns?.domain_id, null),
    line: raw.line,
    hash,
    isSound,
  };
}

async function scan(place: HeldRow["place"], raws: Raw[]): Promise<RowScan> {
  const read = await Promise.all(raws.map((raw) => readRow(place, raw)));
  return {
    rows: read.filter((row) => row !== undefined),
    rubbish: raws.filter((_, index) => read[index] === undefined).map(({ rowid }) => ({ place, rowid })),
  };
}

/** The cached rows. The query runs, or throws, before the first await, so the rows are one consistent state. */
export function scanCache(db: Database): Promise<RowScan> {
  return scan("cache", db.all(Raw, CACHE));
}

/** The cached rows of a node: a skill and its questions, or a domain's own row. */
export function scanNode(db: Database, kind: "domain" | "skill", id: string): Promise<RowScan> {
  const own = `${CACHE} where kind = ? and id = ?`;
  return scan(
    "cache",
    kind === "domain"
      ? db.all(Raw, own, kind, id)
      : [...db.all(Raw, own, kind, id), ...db.all(Raw, `${CACHE} where skill_id = ?`, id)],
  );
}

/** The downloaded rows, without tombstones. */
export function scanStaged(db: Database): Promise<RowScan> {
  return scan("staged", db.all(Raw, STAGED));
}
