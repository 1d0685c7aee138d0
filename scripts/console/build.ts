// Builds the console with vite, once for each state of its sources.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { lastLines, node } from "../check/process.ts";
import { projectFiles, root } from "../check/project.ts";

const FOLDER = `${root}/.carrel/console`;
const SOURCES = ["console", "client-contract/client", "client-contract/contract"];
const VITE = `${root}/node_modules/vite/bin/vite.js`;

/** Tests and notes are no part of what is built. */
const isSource = (path: string) => !/\.test\.tsx?$|\.md$/.test(path);

async function hashOfSources(): Promise<string> {
  const listed = await Promise.all(SOURCES.map((folder) => projectFiles(folder)));
  const hash = createHash("sha256");
  for (const path of [...listed.flat().filter(isSource), "package-lock.json"]) {
    hash.update(`${path}\n`).update(await Deno.readFile(`${root}/${path}`));
  }
  return hash.digest("hex").slice(0, 16);
}

/** A build takes seconds, on a loaded machine a minute. What is older is left from a build that was killed. */
const LEFTOVER_MS = 600_000;

/** Whether the folder is of a build that another process is making, which has a dot in its name. */
async function isBeingBuilt(name: string): Promise<boolean> {
  if (!name.includes(".")) return false;
  const file = await Deno.stat(join(FOLDER, name)).catch(() => null);
  return Date.now() - (file?.mtime?.getTime() ?? 0) < LEFTOVER_MS;
}

async function removeOthers(kept: string): Promise<void> {
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (name === kept || await isBeingBuilt(name)) continue;
    // Another process may remove it, too.
    await Deno.remove(join(FOLDER, name), { recursive: true }).catch(() => {});
  }
}

/** The folder of the built console. It takes 2 s after a change of the sources, and 20 ms otherwise. */
export async function buildConsole(): Promise<string> {
  const hash = await hashOfSources();
  const folder = join(FOLDER, hash);
  const isThere = () => Deno.stat(folder).then(() => true, () => false);
  if (await isThere()) {
    await removeOthers(hash);
    return folder;
  }
  await Deno.mkdir(FOLDER, { recursive: true });
  const building = await Deno.makeTempDir({ dir: FOLDER, prefix: `${hash}.` });
  const args = ["build", "console", "--outDir", building, "--logLevel", "warn"];
  const { code, stdout, stderr } = await node([VITE, ...args], { cwd: root });
  if (code !== 0) {
    await Deno.remove(building, { recursive: true });
    throw new Error(`The console can't be built.\n${lastLines(stdout + stderr)}`);
  }
  // Two processes may build at once; the result is the same.
  await Deno.rename(building, folder).catch(async (error) => {
    await Deno.remove(building, { recursive: true });
    if (!await isThere()) throw error;
  });
  await removeOthers(hash);
  return folder;
}
