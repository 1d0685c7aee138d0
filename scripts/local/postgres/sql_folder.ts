// SQL files of a folder, in the order of their names.
import { join } from "node:path";
import { exists } from "./folders.ts";

/** One file. */
export interface SqlFile {
  name: string;
  text: string;
}

/** All `.sql` files of a folder; none where the folder is missing. */
export async function sqlFolder(folder: string): Promise<SqlFile[]> {
  if (!await exists(folder)) return [];
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".sql")) names.push(entry.name);
  }
  names.sort();
  return await Promise.all(
    names.map(async (name) => ({ name, text: await Deno.readTextFile(join(folder, name)) })),
  );
}
