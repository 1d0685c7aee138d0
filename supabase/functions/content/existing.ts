// What a request can name: schemas, domains, skills, and cursors that the server returned. A caller can make up any number of others,
// and each would be a query and an entry in a cache. They are recognised here, with one query a second at most.
import type { Database } from "../_shared/database.ts";
import { type Clock, systemClock } from "../_shared/clock.ts";
import { Problem } from "../_shared/problem.ts";
import { hexOf } from "../_shared/reply.ts";

/** What is unknown is looked up again after this time in milliseconds: a schema may be new. */
const AGAIN_MS = 1000;
/** A cursor is `<place>.<signature>`: 16 hex digits of SHA-256 over the key and the place. */
const CURSOR = /^([\w.-]{1,80})\.([0-9a-f]{16})$/;

interface Existing {
  history: string;
  version: number;
  schemas: Set<number>;
  /** What a request for another schema is told. */
  unknownSchema: string;
  /** All domains of all versions that can be read. */
  domains: Set<string>;
  /** And all domains and skills. */
  nodes: Set<string>;
  key: Uint8Array;
}

/** What one version can have. */
export interface Cut {
  history: string;
  version: number;
}

/** Answers what exists. */
export type Exists = ReturnType<typeof existing>;

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Creates the look-up. */
export function existing(database: Pick<Database, "contentExisting">, clock: Clock = systemClock) {
  let latest: { found: Promise<Existing>; since: number } | undefined;

  async function load(): Promise<Existing> {
    const found = JSON.parse(await database.contentExisting());
    return {
      history: found.history,
      version: found.version,
      schemas: new Set(found.schemas),
      unknownSchema: found.unknown_schema,
      domains: new Set(found.domains),
      nodes: new Set([...found.domains, ...found.skills]),
      key: bytesOf(found.cursor_key),
    };
  }

  function refresh(): Promise<Existing> {
    const entry = { found: load(), since: clock.now() };
    latest = entry;
    entry.found.catch(() => latest === entry && (latest = undefined));
    return entry.found;
  }

  /** What exists, looked up again if it does not satisfy and is old enough to have changed. */
  async function satisfying(satisfies: (found: Existing) => boolean | Promise<boolean>): Promise<Existing> {
    const entry = latest;
    if (!entry) return await refresh();
    const found = await entry.found;
    if (await satisfies(found) || clock.now() - entry.since < AGAIN_MS) return found;
    return await (latest === entry ? refresh() : latest?.found ?? refresh());
  }

  async function isSigned({ key }: Existing, place: string, signature: string): Promise<boolean> {
    const text = new TextEncoder().encode(place);
    const signed = new Uint8Array(key.length + text.length);
    signed.set(key);
    signed.set(text, key.length);
    return hexOf(await crypto.subtle.digest("SHA-256", signed)).startsWith(signature);
  }

  /** The ids that the version may have. All of them if a replica that is behind answered: then nobody knows. */
  async function known(
    kind: "domains" | "nodes",
    { history, version }: Cut,
    ids: string[],
  ): Promise<string[]> {
    const covers = (found: Existing) => found.history === history && found.version >= version;
    const found = await satisfying(covers);
    return covers(found) ? ids.filter((id) => found[kind].has(id)) : ids;
  }

  return {
    /** Throws unless the server has or had the content schema. */
    async requireSchema(schema: number): Promise<void> {
      const { schemas, unknownSchema } = await satisfying(({ schemas }) => schemas.has(schema));
      if (!schemas.has(schema)) throw new Problem("malformed_request", unknownSchema, "schema");
    },
    /** The ids that may be domains of the version. The others change no answer. */
    domains: (cut: Cut, ids: string[]) => known("domains", cut, ids),
    /** The ids that may be domains or skills of the version. */
    nodes: (cut: Cut, ids: string[]) => known("nodes", cut, ids),
    /** Throws unless the server has returned the cursor. */
    async requireCursor(cursor: string | null): Promise<void> {
      if (cursor === null) return;
      const [, place = "", signature = ""] = CURSOR.exec(cursor) ?? [];
      if (place !== "") {
        const found = await satisfying((found) => isSigned(found, place, signature));
        if (await isSigned(found, place, signature)) return;
      }
      throw new Problem(
        "cursor_invalid",
        "The page cursor is invalid: it must be one that this server returned.",
        "cursor_invalid",
      );
    },
  };
}
