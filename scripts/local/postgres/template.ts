// Templates: complete data folders of stopped clusters, kept to be copied. initdb and the bootstrap take 1 s, a copy
// over an earlier one 0.1 s, so every data folder begins as a copy.
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Binaries, prepareBinaries } from "./binaries.ts";
import { copyDataFolder } from "./copy.ts";
import { CACHE_FOLDER, exists, reachable, remove } from "./folders.ts";
import { initialise } from "./initdb.ts";
import { stopLeftover } from "./leftover.ts";
import { withLock } from "./lock.ts";
import { logFile, startServer } from "./server.ts";

/** Templates that are kept; the longest unused go when a new one is made. About 30 MB each. */
const KEPT = 4;
const CODE_FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** How a template is made. */
export interface Recipe {
  /** For progress lines. */
  title: string;
  /** Everything that its content depends on. */
  inputs(): Promise<string[]>;
  /** What it starts from; an empty cluster where undefined. */
  base?: Recipe;
  /** What is done to the running server. */
  prepare(port: number): Promise<void>;
}

/** The code that makes templates decides their content too; a new one takes a second, so no file is exempt. */
async function codeInputs(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(CODE_FOLDER)) {
    if (name.endsWith(".ts") && !name.endsWith(".test.ts")) names.push(name);
  }
  return await Promise.all(names.sort().map((name) => Deno.readTextFile(join(CODE_FOLDER, name))));
}

async function keyOf(recipe: Recipe, binaries: Binaries): Promise<string> {
  const start = recipe.base ? [await keyOf(recipe.base, binaries)] : [binaries.id, ...await codeInputs()];
  const hash = createHash("sha256");
  // Each part after its length, which keeps neighbours apart. JSON.stringify of a megabyte of SQL took 16 ms for each copy.
  for (const part of [...start, ...await recipe.inputs()]) hash.update(`${part.length} `).update(part);
  return hash.digest("hex").slice(0, 24);
}

async function build(
  recipe: Recipe,
  binaries: Binaries,
  base: string | undefined,
  target: string,
): Promise<void> {
  const draft = `${target}.draft`;
  // What a killed run left; the exclusive lock says that nobody else is making it.
  await stopLeftover(draft);
  await remove(draft);
  if (base) await copyDataFolder(base, draft);
  else await initialise(binaries, draft);
  const server = await startServer({ binaries, dataFolder: draft, port: 0, durable: false });
  try {
    await recipe.prepare(server.port);
  } finally {
    await server.stop();
  }
  await remove(logFile(draft));
  await Deno.rename(draft, target);
}

/** Removes the templates that were not used for longest. */
async function prune(folder: string): Promise<void> {
  const found: { path: string; used: number }[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.isDirectory) continue;
    const path = join(folder, entry.name);
    found.push({ path, used: (await Deno.stat(path)).mtime?.getTime() ?? 0 });
  }
  found.sort((a, b) => b.used - a.used);
  for (const { path } of found.slice(KEPT)) await remove(path);
}

/** The template's folder, made where it is missing. The caller holds the exclusive lock. */
async function ensure(recipe: Recipe, binaries: Binaries, folder: string): Promise<string> {
  const template = join(folder, await keyOf(recipe, binaries));
  if (!await exists(template)) {
    const base = recipe.base && await ensure(recipe.base, binaries, folder);
    await build(recipe, binaries, base, template);
  }
  return template;
}

/** What is asked for. */
export interface TemplateCopy {
  recipe: Recipe;
  /** The data folder to make; what it held is lost, and a killed run may leave half of it. */
  target: string;
  /** Where templates are kept; below the cache folder unless a test says otherwise. */
  templates?: string;
  /** One line where a template has to be made. */
  onProgress?: (line: string) => void;
}

/**
 * Makes a data folder as a copy of a recipe's template, which is made first where it is missing. Safe to be called by
 * several processes at once.
 */
export async function copyTemplate(o: TemplateCopy): Promise<void> {
  const binaries = await prepareBinaries();
  const lockFile = await reachable(join(o.templates ?? join(CACHE_FOLDER, "templates"), "lock"));
  const folder = dirname(lockFile);
  const template = join(folder, await keyOf(o.recipe, binaries));

  const copy = async () => {
    if (!await exists(template)) return false;
    // The time of use decides what is kept.
    const now = new Date();
    await Deno.utime(template, now, now);
    await copyDataFolder(template, o.target);
    return true;
  };
  // More than once only where others make so many templates meanwhile that ours is removed again.
  while (!await withLock(lockFile, "shared", copy)) {
    await withLock(lockFile, "exclusive", async () => {
      o.onProgress?.(`Making the database of ${o.recipe.title} (once)`);
      await ensure(o.recipe, binaries, folder);
      await prune(folder);
    });
  }
}
