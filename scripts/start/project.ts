// Carrel as the local Supabase sees it, and throw-away copies of it for tests.
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Project } from "../local/config.ts";
import * as harness from "../local/harness.ts";
import type { Cluster } from "../local/postgres/cluster.ts";
import { onlyDocumented } from "./only_documented.ts";
import * as stack from "../local/stack.ts";

/** The checkout. */
export const PROJECT_FOLDER = fileURLToPath(new URL("../../", import.meta.url));
/** The sources, migrations, functions and configuration. */
export const SUPABASE_FOLDER = join(PROJECT_FOLDER, "supabase");
/** What is kept on this machine: the local database, its files and keys. Git ignores it. */
export const WORK_FOLDER = join(PROJECT_FOLDER, ".carrel");

/** A path as people read it: from the checkout, where it lies in there. */
export function shown(path: string): string {
  const inside = relative(PROJECT_FOLDER, path);
  return inside.startsWith("..") ? path : inside;
}

/** The project; its functions connect with a role of their own, which is a secret on hosted. */
export const CARREL: Project = {
  supabaseFolder: SUPABASE_FOLDER,
  functionEnv: (databaseUrl) => ({ CARREL_DB_URL: databaseUrl("carrel_edge") }),
};

interface Migrated {
  /** With migrations and seed; by default only what a new hosted project has. */
  migrated?: boolean;
}

/** How a throw-away database differs. */
export type ThrowAwayOptions = Migrated & Omit<harness.ThrowAwayOptions, "supabaseFolder">;
/** How a throw-away stack differs. */
export type ThrowAwayStackOptions =
  & Migrated
  & Omit<stack.ThrowAwayStackOptions, "project" | "supabaseFolder">;

const folderOf = ({ migrated }: Migrated) => (migrated ? { supabaseFolder: SUPABASE_FOLDER } : {});

/** Starts a database of its own for a test; disposing of it stops it. */
export function throwAwayCluster(o: ThrowAwayOptions = {}): Promise<Cluster & AsyncDisposable> {
  return harness.throwAwayCluster({ ...o, ...folderOf(o) });
}

/** Starts a stack of its own for a test; disposing of it leaves nothing behind. */
export function throwAwayStack(o: ThrowAwayStackOptions = {}): Promise<stack.Stack> {
  return stack.throwAwayStack({ ...o, ...folderOf(o), project: { ...CARREL, inspect: onlyDocumented } });
}
