// docs/invariants.md: each invariant with the tests that name it. An invariant without a test ends the generator.
import type { Artifact } from "./artifact.ts";
import { type Invariant, INVARIANTS } from "./invariants.ts";
import { listOf } from "./tagged_tests.ts";

function section({ id, statement, how, gaps }: Invariant, tests: string[]): string {
  if (tests.length === 0) throw new Error(`no test names ${id}`);
  return `## ${id} ${statement}

${how}${gaps ? `\n\n**Gap.** ${gaps}` : ""}

${listOf(tests)}
`;
}

/** The document. */
export function invariantsDocument(tests: ReadonlyMap<string, string[]>): Artifact {
  const text =
    `<!-- Generated from scripts/generate/invariants.ts and the tests by \`npm run generate\`; do not edit. -->

# Invariants

What always holds, how it is kept, and the tests that would fail otherwise. Property and race tests print their seed.
They take the same seed in every run. \`CARREL_SEED=random\` takes a new one, a number repeats a run, and \`CARREL_RUNS\` makes it longer.

${INVARIANTS.map((invariant) => section(invariant, tests.get(invariant.id) ?? [])).join("\n")}`;
  return { path: "docs/invariants.md", text };
}
