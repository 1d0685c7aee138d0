// Where the local stack keeps what it makes, and under which user PostgreSQL runs.
//
// postgres refuses to run as root, so root lends it the user `nobody`. That user can't enter a checkout
// below a closed folder such as /root; what PostgreSQL needs then lies below /var/tmp, which survives a
// restart of the machine, in a folder named after the one that it stands for.
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const PROJECT_FOLDER = fileURLToPath(new URL("../../../", import.meta.url));
/** Everything that the local stack makes; git-ignored. */
export const WORK_FOLDER = join(PROJECT_FOLDER, ".carrel");

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

/** Whether `nobody` can enter every folder that leads to `path`; a folder that isn't there yet is not in the way. */
async function isOpenToAll(path: string): Promise<boolean> {
  for (let folder = resolve(path);; folder = dirname(folder)) {
    if (await exists(folder) && !(((await Deno.stat(folder)).mode ?? 0) & OTHERS_MAY_ENTER)) return false;
    if (dirname(folder) === folder) return true;
  }
}

/** Where substitutes lie; each is named after the folder that it stands for. */
const SUBSTITUTES = "/var/tmp/carrel-";

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
  if (!serverUser() || await isOpenToAll(dirname(wanted))) {
    await makeFolders(dirname(wanted));
    return wanted;
  }
  const closed = wanted.startsWith(`${WORK_FOLDER}/`) ? WORK_FOLDER : dirname(wanted);
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
