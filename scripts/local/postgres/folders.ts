// Where the local stack keeps what it makes, and under which user PostgreSQL runs.
//
// postgres refuses to run as root, so root lends it the user `nobody`. That user can't enter a checkout
// below a closed folder such as /root; what PostgreSQL needs then lies below /var/tmp, which survives a
// restart of the machine, in a folder named after the one that it stands for.
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The packages of npm, which hold PostgreSQL. */
export const NODE_MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));
/** What is made once and used by every local Supabase of this checkout: programs, templates, throw-away databases. */
export const CACHE_FOLDER = join(NODE_MODULES, ".cache", "local-supabase");

/** `nobody`: 65534 on Linux, -2 as an unsigned number on macOS. */
const NOBODY = Deno.build.os === "darwin" ? 2 ** 32 - 2 : 65534;
const OTHERS_MAY_ENTER = 0o001;

/** Numeric ids that a child process runs under. */
export interface UserIds {
  uid: number;
  gid: number;
}

/** The user PostgreSQL runs as: `nobody` where we are root, else undefined, which stands for ourselves. */
export function serverUser(): UserIds | undefined {
  return Deno.uid() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;
}

/** Whether a path exists, as anything but a broken link. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Removes a file or a folder with everything in it, if it is there. */
export async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The topmost folder above `path` that `nobody` can't enter; one that isn't there yet is not in the way. */
async function closedFolder(path: string): Promise<string | undefined> {
  const above = dirname(path);
  const closed = above === path ? undefined : await closedFolder(above);
  if (closed !== undefined || !await exists(above)) return closed;
  return ((await Deno.stat(above)).mode ?? 0) & OTHERS_MAY_ENTER ? undefined : above;
}

/** Where substitutes lie; each is named after the folder that it stands for. */
const SUBSTITUTES = "/var/tmp/local-supabase-";

/** Makes a folder of our own in a place that everybody may write to; refuses one that somebody else put there. */
async function claimFolder(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const found = await Deno.lstat(folder);
  if (!found.isDirectory || found.uid !== Deno.uid()) {
    throw new Error(`${folder} belongs to somebody else; remove it.`);
  }
  await Deno.chmod(folder, 0o711);
}

/**
 * The place to use for `path` so that PostgreSQL's user can reach it: `path` itself, or its substitute below
 * /var/tmp. The folder that holds it exists afterwards. The same `path` gives the same answer as long as the
 * permissions of the folders above stay as they are.
 */
export async function reachable(path: string): Promise<string> {
  const wanted = resolve(path);
  const closed = serverUser() && await closedFolder(wanted);
  if (closed === undefined) {
    await makeFolders(dirname(wanted));
    return wanted;
  }
  const substitute = SUBSTITUTES + createHash("sha256").update(closed).digest("hex").slice(0, 16);
  await claimFolder(substitute);
  const place = join(substitute, relative(closed, wanted));
  await makeFolders(dirname(place));
  return place;
}

/** Removes the substitute that held `path`, once nothing is left in it. */
export async function tidySubstitute(path: string): Promise<void> {
  const holder = dirname(path);
  if (dirname(holder) !== dirname(SUBSTITUTES) || !holder.startsWith(SUBSTITUTES)) return;
  for await (const _entry of Deno.readDir(holder)) return;
  await Deno.remove(holder);
}

/** mkdir -p, open to all whatever the umask says, because PostgreSQL's user has to pass through. */
async function makeFolders(folder: string): Promise<void> {
  if (await exists(folder)) return;
  await makeFolders(dirname(folder));
  await Deno.mkdir(folder, { recursive: true });
  if (serverUser()) await Deno.chmod(folder, 0o755);
}
