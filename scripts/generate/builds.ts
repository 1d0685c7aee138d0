// supabase/functions/_shared/build.gen.ts: which source each Edge Function was deployed from, so that `npm run doctor` notices another one.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { CONTRACT_VERSION } from "../../client-contract/contract/limits.ts";
import { type Artifact, PROJECT_FOLDER } from "./artifact.ts";

const FOLDER = "supabase/functions";
const SHARED = "_shared";
const PATH = `${FOLDER}/${SHARED}/build.gen.ts`;

/** Files below a folder, without tests and without the file of the builds. */
async function sources(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(PROJECT_FOLDER, folder)));
  const files = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return sources(path);
    return /(?<!\.test)\.ts$|^deno\.json$/.test(name) && path !== PATH ? [path] : [];
  }));
  return files.flat().sort();
}

/** 16 hex digits of the hash of a function's own files and the shared ones. */
async function buildOf(slug: string): Promise<string> {
  const hash = createHash("sha256");
  for (const path of [...await sources(`${FOLDER}/${SHARED}`), ...await sources(`${FOLDER}/${slug}`)]) {
    hash.update(`${path}\0${await Deno.readTextFile(join(PROJECT_FOLDER, path))}\0`);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The builds of all functions. The other generated files of the functions must have been written before. */
export async function functionBuilds(): Promise<Artifact> {
  const entries = await Array.fromAsync(Deno.readDir(join(PROJECT_FOLDER, FOLDER)));
  const slugs = entries.filter(({ name, isDirectory }) => isDirectory && name !== SHARED).map(({ name }) =>
    name
  );
  const lines = await Promise.all(slugs.sort().map(async (slug) => `  ${slug}: "${await buildOf(slug)}",`));
  const text = `// Generated from the functions' sources by \`npm run generate\`; do not edit.

/** The version of the contract. */
export const CONTRACT_VERSION = ${CONTRACT_VERSION};

/** For each function the hash of its source. */
export const BUILDS = {
${lines.join("\n")}
} as const;
`;
  return { path: PATH, text };
}
