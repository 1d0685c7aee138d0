// The record of applied migrations and seeds, in the tables of the Supabase CLI (2.117), so that `supabase migration
// list` and `supabase db push` read it as their own.
import type postgres from "postgres";

/** An applied migration. */
export interface AppliedMigration {
  /** 14 digits. */
  version: string;
  /** Null where an old CLI wrote the row. */
  statements: string[] | null;
}

/** Makes the tables where they are missing. */
export async function makeHistory(sql: postgres.ISql): Promise<void> {
  await sql.unsafe(`
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations
      (version text not null primary key, statements text[], name text);
    create table if not exists supabase_migrations.seed_files (path text not null primary key, hash text not null);
  `).simple();
}

/** All applied migrations in order. */
export async function readHistory(sql: postgres.ISql): Promise<AppliedMigration[]> {
  return await sql<AppliedMigration[]>`
    select version, statements from supabase_migrations.schema_migrations order by version`;
}

/** Records a migration. */
export async function recordMigration(
  sql: postgres.ISql,
  migration: { version: string; name: string; statements: string[] },
): Promise<void> {
  const { version, name, statements } = migration;
  await sql`
    insert into supabase_migrations.schema_migrations (version, name, statements)
    values (${version}, ${name}, ${statements})`;
}

/** SHA-256 (hex) of the seed file that was applied, or undefined. */
export async function readSeedHash(sql: postgres.ISql, path: string): Promise<string | undefined> {
  const [row] = await sql<{ hash: string }[]>`
    select hash from supabase_migrations.seed_files where path = ${path}`;
  return row?.hash;
}

/** Records a seed file. */
export async function recordSeed(sql: postgres.ISql, path: string, hash: string): Promise<void> {
  await sql`insert into supabase_migrations.seed_files (path, hash) values (${path}, ${hash})`;
}
