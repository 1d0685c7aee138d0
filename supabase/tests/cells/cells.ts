// Databases that are cells of one service, and a caller that finds a learner's cell as a device does.
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Cluster } from "../../../scripts/local/postgres/cluster.ts";
import { throwAwayCluster } from "../../../scripts/start/project.ts";
import { acceptTokensWithoutSession } from "../../../scripts/testkit/sign_in.ts";
import { type Cell, type Connections, connections } from "../../../scripts/cells/cells.ts";
import { configure } from "../../../scripts/cells/learners.ts";

/** The cells of a test. */
export interface TestCells extends AsyncDisposable {
  /** The first one is the default cell. */
  cells: Cell[];
  clusters: Cluster[];
  open: Connections;
  /** A cell with a pool of its own, as `postgres`. */
  at(place: number): { cell: Cell; sql: postgres.Sql };
}

/** Starts cells `a`, `b` and so on, which know each other. */
export async function startCells(count: number): Promise<TestCells> {
  const started = await Promise.all(
    Array.from({ length: count }, () => throwAwayCluster({ migrated: true })),
  );
  const cells = started.map((cluster, place) => {
    const name = String.fromCharCode(97 + place);
    return { name, url: `https://${name}.carrel.test`, db: cluster.url("postgres"), isDefault: place === 0 };
  });
  const open = connections();
  const sqls = cells.map(({ db }) => postgres(db, { max: 4, onnotice: () => {} }));
  await configure(cells, open);
  for (const sql of sqls) await acceptTokensWithoutSession(sql);
  return {
    cells,
    clusters: started,
    open,
    at(place) {
      const [cell, sql] = [cells[place], sqls[place]];
      assert.ok(cell && sql);
      return { cell, sql };
    },
    async [Symbol.asyncDispose]() {
      await open[Symbol.asyncDispose]();
      await Promise.all(sqls.map((sql) => sql.end({ timeout: 5 })));
      await Promise.all(started.map((cluster) => cluster[Symbol.asyncDispose]()));
    },
  };
}

/** The environment variable that names these cells. */
export const environmentOf = (cells: readonly Cell[]): string =>
  JSON.stringify(Object.fromEntries(cells.map(({ name, url, db }) => [name, { url, db }])));

/** The URL that a refusal names; null: the learner is moving. Any other error fails the test. */
function movedTo(error: unknown): string | null {
  assert.ok(error instanceof postgres.PostgresError && error.code === "CR086", String(error));
  return error.detail || null;
}

/** Runs work in the learner's cell: from `start` on, it follows what the cells answer, and waits while the learner moves. */
export async function inCell<T>(
  { cells, at }: TestCells,
  start: number,
  work: (sql: postgres.Sql, place: number) => Promise<T>,
): Promise<{ result: T; place: number; refusals: number }> {
  let place = start;
  for (let refusals = 0; refusals < 2000; refusals++) {
    const { sql } = at(place);
    try {
      return { result: await work(sql, place), place, refusals };
    } catch (error) {
      const url = movedTo(error);
      if (url === null) await new Promise((resolve) => setTimeout(resolve, 5));
      else place = cells.findIndex((cell) => cell.url === url);
    }
  }
  throw new Error("The learner was not found in 2000 attempts.");
}

/** What a cell has of a learner, by table. */
export async function digestOf(sql: postgres.Sql, learner: string): Promise<Record<string, unknown>> {
  const [row] = await sql`select private.move_digest(${learner}::uuid) as digest`;
  return row?.["digest"];
}
