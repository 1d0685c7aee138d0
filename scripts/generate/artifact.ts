// Generated files: writing them, and telling which of them differ from what would be written.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const PROJECT_FOLDER = fileURLToPath(new URL("../../", import.meta.url));

/** A file as its generator would write it. */
export interface Artifact {
  /** From the project's root. */
  path: string;
  text: string;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).filter((entry) => entry.isFile).map(({ name }) =>
      name
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Files of a folder that holds nothing but artifacts, yet are none. */
async function findStale(root: string, artifacts: Artifact[], folder: string): Promise<string[]> {
  const paths = new Set(artifacts.map(({ path }) => path));
  return (await listFiles(join(root, folder))).map((name) => `${folder}/${name}`).filter((path) =>
    !paths.has(path)
  );
}

/** Paths of artifacts that are missing, differ, or should not be there. */
export async function findDrift(root: string, artifacts: Artifact[], folders: string[]): Promise<string[]> {
  const drifted: string[] = [];
  for (const { path, text } of artifacts) {
    if (await readText(join(root, path)) !== text) drifted.push(path);
  }
  for (const folder of folders) drifted.push(...await findStale(root, artifacts, folder));
  return drifted.sort();
}

/** Writes what has drifted and returns its paths. */
export async function writeArtifacts(
  root: string,
  artifacts: Artifact[],
  folders: string[],
): Promise<string[]> {
  const drifted = await findDrift(root, artifacts, folders);
  for (const path of drifted) {
    const artifact = artifacts.find((candidate) => candidate.path === path);
    if (!artifact) {
      await Deno.remove(join(root, path));
      continue;
    }
    await Deno.mkdir(dirname(join(root, path)), { recursive: true });
    await Deno.writeTextFile(join(root, path), artifact.text);
  }
  return drifted;
}
