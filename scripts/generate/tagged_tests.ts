// Which tests name which ids: a description begins with the invariants and requirements that it is about ("C5, I2: …").
import { basename, join } from "node:path";

const TEST_FILE = /\.test\.(sql|ts)$/;
/** The beginning of a description: `'I4: …`, `"C5, I2: …`. */
const TAG = /['"`]([A-Z]\d+(?:, [A-Z]\d+)*): /g;
const FOLDERS = ["supabase/tests", "client-contract", "scripts"];

async function* testFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* testFiles(path);
    else if (TEST_FILE.test(entry.name)) yield path;
  }
}

/** Paths of tests by the id that they name, from the project's root. An id that is not among `known` ends the generator. */
export async function testsById(root: string, known: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>(known.map((id) => [id, []]));
  for (const folder of FOLDERS) {
    for await (const file of testFiles(join(root, folder))) {
      const text = await Deno.readTextFile(file);
      const ids = new Set([...text.matchAll(TAG)].flatMap(([, tags = ""]) => tags.split(", ")));
      for (const id of ids) {
        const tests = found.get(id);
        if (!tests) throw new Error(`${file} names ${id}, which is neither invariant nor requirement`);
        tests.push(file.slice(root.length));
      }
    }
  }
  return found;
}

/** Test files by folder, their names without endings, since the name is the behaviour. */
export function listOf(tests: readonly string[]): string {
  const folders = Map.groupBy(tests.toSorted(), (path) => path.slice(0, path.lastIndexOf("/")));
  return [...folders].map(([folder, files]) =>
    `- \`${folder}\`: ${files.map((file) => basename(file).replace(TEST_FILE, "")).join(", ")}`
  ).join("\n");
}
