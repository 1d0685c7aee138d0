// What the tests of the import share: a database without drafts, and lines to import.
import postgres from "postgres";
import { throwAwayCluster } from "../start/project.ts";
import type { Line } from "./line.ts";
import { connect } from "./database.ts";
import { importContent, type ImportOptions, type ImportResult } from "./import_content.ts";

/** A line's object; whatever is not given has some good value. */
export function question(key: string, change: Partial<Line> = {}): Line {
  const [skill = ""] = key.split("/");
  return {
    key,
    domain: "domain",
    skill,
    question: `Question ${key}?`,
    choices: ["yes", "no"],
    answer: 0,
    ...change,
  };
}

/** Counts in the order inserted, updated, unchanged, withdrawn. */
export function counted(result: ImportResult, kind: "domain" | "skill" | "question"): number[] {
  const { inserted, updated, unchanged, withdrawn } = result[kind];
  return [inserted, updated, unchanged, withdrawn];
}

/** A database with all migrations, and its drafts. */
export interface ImportBench extends AsyncDisposable {
  readonly url: string;
  readonly sql: postgres.Sql;
  import(lines: Line[], options?: ImportOptions): Promise<ImportResult>;
  /** Removes all drafts. */
  clear(): Promise<void>;
  /** Keys of the active questions whose skill and domain are active too, ascending. */
  activeKeys(): Promise<string[]>;
  auditRows(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a database whose drafts are empty, except with `seeded`. */
export async function importBench({ seeded = false } = {}): Promise<ImportBench> {
  await using cleanup = new AsyncDisposableStack();
  const cluster = cleanup.use(await throwAwayCluster({ migrated: true }));
  const url = cluster.url("postgres");
  const sql = cleanup.adopt(connect(url), (sql) => sql.end());

  async function clear() {
    for (const table of ["question", "skill", "domain"]) {
      await sql.unsafe(`delete from content.${table} where true`);
    }
  }
  if (!seeded) await clear();
  const owned = cleanup.move();
  return {
    url,
    sql,
    clear,
    import: (lines, options) => importContent(sql, lines.map((line) => JSON.stringify(line)), options),
    async activeKeys() {
      const rows = await sql<{ key: string }[]>`
        select q.key from content.question q
        join content.skill s on s.id = q.skill_id join content.domain d on d.id = s.domain_id
        where q.status = 'active' and s.status = 'active' and d.status = 'active'
        order by q.key collate "C"`;
      return rows.map(({ key }) => key);
    },
    async auditRows() {
      const [row] = await sql<{ count: number }[]>`select count(*)::integer as count from ops.audit`;
      return row?.count ?? 0;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
