// The error codes that a path of an Edge Function can answer, read from the modules that it imports and the SQL that it calls.
import { dirname, join } from "node:path";
import { PROJECT_FOLDER } from "../artifact.ts";
import { codesBelow, type SqlFunctions } from "./sql_functions.ts";

const FUNCTIONS_FOLDER = "supabase/functions";
/** Every request passes these: the rendering of errors, and the database that may be out of reach. */
const COMMON = ["_shared/serve.ts", "_shared/database_error.ts"];
const DATABASE = "_shared/database.ts";

const IMPORT = /^(?:import|export) (?!type)[^;]*? from "(\.[^"]+)"/gm;
const CODE = /new Problem\(\s*"(\w+)"|refusal: "(\w+)"/g;

/** A module's path below the functions' folder, and the text of it. */
type Modules = Map<string, string>;

async function modulesBelow(entries: readonly string[], without: readonly string[]): Promise<Modules> {
  const modules: Modules = new Map();
  async function visit(path: string): Promise<void> {
    if (modules.has(path) || without.includes(path)) return;
    const text = await Deno.readTextFile(join(PROJECT_FOLDER, FUNCTIONS_FOLDER, path));
    modules.set(path, text);
    for (const [, relative = ""] of text.matchAll(IMPORT)) await visit(join(dirname(path), relative));
  }
  for (const entry of entries) await visit(entry);
  return modules;
}

/** The SQL function behind each method of the functions' database. */
async function sqlByMethod(): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(join(PROJECT_FOLDER, FUNCTIONS_FOLDER, DATABASE));
  const made = text.slice(text.indexOf("  return {"));
  return new Map(
    Array.from(
      made.matchAll(/^ {4}(\w+): [^]*?(private\.\w+)\(/gm),
      ([, method = "", name = ""]) => [method, name],
    ),
  );
}

/** Which modules answer a path. */
export interface PathModules {
  /** Modules that only this path, or this function, uses; what they import counts too. */
  entries: readonly string[];
  /** Imported modules that this path does not use. */
  without?: readonly string[];
  /** Codes of the modules that this path cannot answer, each with a reason in the caller. */
  never?: readonly string[];
  /** SQL functions that are called otherwise than through the functions' database. */
  sql?: readonly string[];
}

/** The codes that a path can answer, in no order. */
export async function codesOfPath(functions: SqlFunctions, path: PathModules): Promise<Set<string>> {
  const { entries, without = [], never = [], sql = [] } = path;
  const modules = await modulesBelow([...COMMON, ...entries], without);
  const methods = await sqlByMethod();
  const called = new Set(sql);
  const codes = new Set<string>();
  for (const text of modules.values()) {
    for (const [, problem, refusal] of text.matchAll(CODE)) codes.add(problem ?? refusal ?? "");
    for (const [, method = ""] of text.matchAll(/\bdatabase\.(\w+)\(/g)) {
      const name = methods.get(method);
      if (name !== undefined) called.add(name);
    }
  }
  for (const name of called) for (const code of codesBelow(functions, name)) codes.add(code);
  for (const code of never) codes.delete(code);
  return codes;
}
