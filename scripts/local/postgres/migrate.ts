// Applies the project's migrations and its seed, as the role postgres, which is no superuser.
import { createHash } from "node:crypto";
import { join } from "node:path";
import postgres from "postgres";
import { exists } from "./folders.ts";
import * as history from "./history.ts";
import { type Migration, readMigrations } from "./migrations.ts";
import { runStatement } from "./sql_error.ts";
import type { SqlFile } from "./sql_folder.ts";
import { splitStatements } from "./statements.ts";

/** How the database and the files differ in a way that only a reset cures. */
export interface Divergence {
  /** Files that were edited after they had been applied. */
  changed: string[];
  /** Versions that were applied and whose files are gone. */
  removed: string[];
  /** New files that sort before an applied one; hosted would refuse them. */
  late: string[];
}

/** What became of seed.sql. `changed`: it was edited after it had been applied, and is not run again. */
export type SeedState = "applied" | "present" | "changed" | "none";

/** What `migrate` did. */
export type MigrationResult =
  | {
    kind: "current";
    /** Names of the files that were applied now. */
    applied: string[];
    seed: SeedState;
  }
  | ({ kind: "diverged" } & Divergence);

/** The seed's path as the CLI records it. */
const SEED_PATH = "supabase/seed.sql";

/** Compares what was applied with the files; undefined where the history is a beginning of the files. */
function compare(migrations: Migration[], applied: history.AppliedMigration[]): Divergence | undefined {
  const files = new Map(migrations.map((migration) => [migration.version, migration]));
  const known = new Set(applied.map(({ version }) => version));
  const last = applied.at(-1)?.version ?? "";
  const divergence: Divergence = { changed: [], removed: [], late: [] };
  for (const { version, statements } of applied) {
    const migration = files.get(version);
    if (!migration) divergence.removed.push(version);
    else if (statements && !isSame(migration, statements)) divergence.changed.push(migration.file.name);
  }
  for (const { version, file } of migrations) {
    if (version < last && !known.has(version)) divergence.late.push(file.name);
  }
  return Object.values(divergence).some((list) => list.length > 0) ? divergence : undefined;
}

function isSame(migration: Migration, statements: string[]): boolean {
  return migration.statements.length === statements.length &&
    migration.statements.every(({ text }, i) => text === statements[i]);
}

async function apply(sql: postgres.Sql, migration: Migration): Promise<void> {
  const run = async (tx: postgres.ISql) => {
    for (const statement of migration.statements) await runStatement(tx, migration.file, statement);
    // A role that the file took on ends with it, and could not write the record.
    await tx`reset role`;
    await history.recordMigration(tx, {
      version: migration.version,
      name: migration.name,
      statements: migration.statements.map(({ text }) => text),
    });
  };
  await sql`reset all`;
  if (migration.transactional) await sql.begin(run);
  else await run(sql);
}

/** Runs seed.sql once in a database's life, in one transaction. */
async function seed(sql: postgres.Sql, supabaseFolder: string): Promise<SeedState> {
  const path = join(supabaseFolder, "seed.sql");
  if (!await exists(path)) return "none";
  const bytes = await Deno.readFile(path);
  const file: SqlFile = { name: "seed.sql", text: new TextDecoder().decode(bytes) };
  const hash = createHash("sha256").update(bytes).digest("hex");
  const recorded = await history.readSeedHash(sql, SEED_PATH);
  if (recorded !== undefined) return recorded === hash ? "present" : "changed";
  await sql`reset all`;
  await sql.begin(async (tx) => {
    for (const statement of splitStatements(file.text)) await runStatement(tx, file, statement);
    await history.recordSeed(tx, SEED_PATH, hash);
  });
  return "applied";
}

/**
 * Brings a database up to date with the files of a Supabase folder. `url` connects as postgres. Where database
 * and files have diverged, nothing is done but told. Throws `SqlFileFailed` for SQL that PostgreSQL refuses, in
 * which case earlier files stay applied, and `MigrationRefused` for files that break a rule.
 */
export async function migrate(
  url: string,
  supabaseFolder: string,
  onProgress: (line: string) => void = () => {},
): Promise<MigrationResult> {
  const migrations = await readMigrations(supabaseFolder);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await history.makeHistory(sql);
    const applied = await history.readHistory(sql);
    const divergence = compare(migrations, applied);
    if (divergence) return { kind: "diverged", ...divergence };

    const pending = migrations.slice(applied.length);
    for (const migration of pending) {
      onProgress(`Applying ${migration.file.name}`);
      await apply(sql, migration);
    }
    const seeded = await seed(sql, supabaseFolder);
    return { kind: "current", applied: pending.map(({ file }) => file.name), seed: seeded };
  } finally {
    await sql.end();
  }
}
