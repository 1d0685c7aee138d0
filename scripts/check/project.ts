// The project's own files, as the checks see them.
import { fileURLToPath } from "node:url";

/** The project's root folder, without a slash at the end. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Folders that hold nothing written for this project: what npm, git, the stack and the CLI leave behind. */
const FOREIGN = new Set([
  "node_modules",
  ".git",
  ".carrel",
  "client-contract/dist",
  "console-site",
  "supabase/.temp",
  "supabase/.branches",
]);
/** Files that stay on one machine; .gitignore says the same. */
const PRIVATE = /(^|\/)\.env$|\.log$/;

/** Paths of the project's files from its root, sorted. It does not ask git, which a bare machine may lack. */
export async function projectFiles(folder = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(`${root}/${folder}`)) {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (FOREIGN.has(path) || entry.name === "node_modules") continue;
    if (entry.isDirectory) files.push(...await projectFiles(path));
    else if (entry.isFile && !PRIVATE.test(path)) files.push(path);
  }
  return files.sort();
}

/** Text of one of the project's files. */
export function readProjectFile(path: string): Promise<string> {
  return Deno.readTextFile(`${root}/${path}`);
}

/** Whether a file or folder of this path exists in the project. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(`${root}/${path}`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A path or file URL as the tools print it, from the project's root. */
export function fromRoot(place: string): string {
  return place.replace(/^file:\/\//, "").replace(`${root}/`, "");
}
