// docs/requirements.md: each requirement with the tests that name it. One without tests and without a stated gap ends the
// generator.
import type { Artifact } from "./artifact.ts";
import { type Requirement, REQUIREMENTS } from "./requirements.ts";
import { listOf } from "./tagged_tests.ts";

function section({ id, title, statement, invariants, gaps }: Requirement, tests: string[]): string {
  if (tests.length === 0 && invariants.length === 0 && gaps === "") throw new Error(`no test names ${id}`);
  const links = invariants.map((invariant) => `[${invariant}](invariants.md)`).join(" and ");
  return [
    `## ${id} ${title}`,
    statement,
    ...gaps ? [`**Gap.** ${gaps}`] : [],
    ...links ? [`With all tests of ${links}.`] : [],
    ...tests.length > 0 ? [listOf(tests)] : [],
  ].join("\n\n") + "\n";
}

/** The document. */
export function requirementsDocument(tests: ReadonlyMap<string, string[]>): Artifact {
  const text =
    `<!-- Generated from scripts/generate/requirements.ts and the tests by \`npm run generate\`; do not edit. -->

# Requirements

What Carrel must do, with the tests that show it, by folder. A test's name is the behaviour.

${REQUIREMENTS.map((requirement) => section(requirement, tests.get(requirement.id) ?? [])).join("\n")}`;
  return { path: "docs/requirements.md", text };
}
