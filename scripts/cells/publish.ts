// Publishes the default cell's drafts, and then every release that another cell lacks, one version after the other. A run that failed in between is
// repeated: what is there already is only compared.
import type postgres from "postgres";
import { z } from "zod";
import { UserError } from "../command/command.ts";
import { refusalOf } from "../content/database.ts";
import { type Cell, type Connections, defaultCell, whyDown } from "./cells.ts";

/** What a cell has after a publish. */
export interface Followed {
  cell: string;
  /** The newest version; null: the cell is down. */
  version: number | null;
  /** Versions that were published by this run. */
  published: number[];
  /** Why it lacks a version. */
  problem: string | null;
}

const versionOf = async (sql: postgres.Sql) => {
  const [row] = await sql`select coalesce(max(r.version), 0) as version from content.release r`;
  return z.number().parse(row?.["version"]);
};

/** The changes of a version, as text, which another cell gets unchanged. */
async function changesOf(sql: postgres.Sql, version: number): Promise<string> {
  const [row] = await sql`select ops.release_changes(${version})::text as changes`;
  return z.string().parse(row?.["changes"]);
}

async function follow(sql: postgres.Sql, release: string): Promise<boolean> {
  const [row] = await sql`select ops.follow_release(${release}::text::jsonb) as answer`;
  return z.enum(["published", "same"]).parse(row?.["answer"]) === "published";
}

/** Brings a cell to the newest version. With none to publish, the newest one is compared. */
async function catchUp(
  leader: postgres.Sql,
  newest: number,
  cell: Cell,
  open: Connections,
): Promise<Followed> {
  const followed: Followed = { cell: cell.name, version: null, published: [], problem: null };
  const sql = open.of(cell);
  try {
    followed.version = await versionOf(sql);
    if (followed.version > newest) {
      return { ...followed, problem: "It has versions that the default cell lacks." };
    }
    for (let version = Math.max(Math.min(followed.version, newest), 1); version <= newest; version++) {
      if (await follow(sql, await changesOf(leader, version))) followed.published.push(version);
      followed.version = version;
    }
    return followed;
  } catch (error) {
    const problem = refusalOf(error)?.message ?? whyDown(error, cell);
    return { ...followed, problem };
  }
}

/**
 * Publishes to all cells. `publish` false: only follows. A cell whose content differs from the default cell's refuses the publish before anything
 * is written anywhere; one that is down gets the release by the next run. The default cell's failures are thrown.
 */
export async function publishToAll(
  cells: readonly Cell[],
  open: Connections,
  o: { publish: boolean; note: string | null; force: boolean },
): Promise<Followed[]> {
  const first = defaultCell(cells);
  const others = cells.filter(({ isDefault }) => !isDefault);
  const leader = open.of(first);
  const before = await versionOf(leader);
  const all = async (newest: number) => {
    const followed: Followed[] = [];
    for (const cell of others) followed.push(await catchUp(leader, newest, cell, open));
    return followed;
  };
  let followed = await all(before);
  const differing = followed.find(({ version, problem }) => version !== null && problem !== null);
  const own: Followed = { cell: first.name, version: before, published: [], problem: null };
  if (o.publish) {
    if (differing) throw new UserError(`Nothing was published. ${differing.cell}: ${differing.problem}`);
    await leader`select public.publish_release(note => ${o.note}::text, force => ${o.force})`;
    const newest = await versionOf(leader);
    if (newest > before) {
      own.published.push(newest);
      own.version = newest;
      const earlier = followed;
      followed = (await all(newest)).map((cell, place) => ({
        ...cell,
        published: [...earlier[place]?.published ?? [], ...cell.published],
      }));
    }
  }
  return [own, ...followed];
}
