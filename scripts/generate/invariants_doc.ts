// docs/invariants.md: each invariant with the tests that name it. An invariant without a test, or a test of an
// unknown invariant, ends the generator.
import { basename, join } from "node:path";
import type { Artifact } from "./artifact.ts";
import { type Invariant, INVARIANTS } from "./invariants.ts";

const TEST_FILE = /\.test\.(sql|ts)$/;
/** The beginning of a description: `'I4: …`, `"I4, I5: …`. */
const TAG = /['"`](I\d+(?:, I\d+)*): /g;

async function* testFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* testFiles(path);
    else if (TEST_FILE.test(entry.name)) yield path;
  }
}

async function testsById(root: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>(INVARIANTS.map(({ id }) => [id, []]));
  for (const folder of ["supabase/tests", "client-contract"]) {
    for await (const file of testFiles(join(root, folder))) {
      const text = await Deno.readTextFile(file);
      const ids = new Set([...text.matchAll(TAG)].flatMap(([, tags = ""]) => tags.split(", ")));
      for (const id of ids) {
        const tests = found.get(id);
        if (!tests) throw new Error(`${file} names ${id}, which is no invariant`);
        tests.push(file.slice(root.length));
      }
    }
  }
  return found;
}

/** Test files by folder, their names without endings, since the name is the behaviour. */
function listOf(tests: string[]): string {
  const folders = Map.groupBy(tests.toSorted(), (path) => path.slice(0, path.lastIndexOf("/")));
  return [...folders].map(([folder, files]) =>
    `- \`${folder}\`: ${files.map((file) => basename(file).replace(TEST_FILE, "")).join(", ")}`
  ).join("\n");
}

function section({ id, statement, how, gaps }: Invariant, tests: string[]): string {
  if (tests.length === 0) throw new Error(`no test names ${id}`);
  return `## ${id} ${statement}

${how}${gaps ? `\n\n**Gap.** ${gaps}` : ""}

${listOf(tests)}
`;
}

/** The document. */
export async function invariantsDocument(root: string): Promise<Artifact> {
  const tests = await testsById(root);
  const text =
    `<!-- Generated from scripts/generate/invariants.ts and the tests by \`npm run generate\`; do not edit. -->

# Invariants

What always holds, how it is kept, and the tests that would fail if it did not. Property and race tests print their seed;
\`CARREL_SEED\` repeats a run, \`CARREL_RUNS\` makes it longer.

${INVARIANTS.map((invariant) => section(invariant, tests.get(invariant.id) ?? [])).join("\n")}`;
  return { path: "docs/invariants.md", text };
}
