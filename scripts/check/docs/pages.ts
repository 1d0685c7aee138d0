// The pages for people.
import { projectFiles } from "../project.ts";

// client-contract/README.md is followed by the step `package`: its quickstarts run in a project that installs the package.
const PAGE = /^(?:README|ARCHITECTURE|docs\/[\w/-]+)\.md$/;

/** Their paths from the project's root. */
export async function pages(): Promise<string[]> {
  return (await projectFiles()).filter((file) => PAGE.test(file));
}
