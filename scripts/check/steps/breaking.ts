// A change of the contract that breaks apps in use is seen before it is released: the generated files against those of the last tag.
import { documentation } from "../../../client-contract/contract/documentation.ts";
import { messages } from "../../../client-contract/contract/messages.ts";
import { breaksOf } from "../breaking/compare.ts";
import { allowsBreaks, lastTag, readAtTag, readContract } from "../breaking/last_tag.ts";
import { readProjectFile, root } from "../project.ts";
import type { Step } from "../step.ts";

const refs = (): [string, string][] =>
  Object.entries(messages).map(([name, schema]) => [name, `#/$defs/${documentation.get(schema)?.id}`]);
const versionOf = (manifest: string): string => JSON.parse(manifest).version;

export const breaking: Step = {
  name: "breaking",
  about: "the contract breaks nothing that the last tag had, unless the version says so",
  async run() {
    const last = await lastTag(root);
    if ("none" in last) return { passed: 0, failures: [], skipped: last.none };
    const { tag } = last;
    const atTag = (path: string) => readAtTag(root, tag, path);
    const [before, after] = await Promise.all([readContract(atTag), readContract(readProjectFile)]);
    if (!before || !after) {
      return { passed: 0, failures: [], skipped: `the tag ${tag} has no generated contract` };
    }
    const found = breaksOf(before, after, refs());
    const versions = [await atTag("package.json") ?? "{}", await readProjectFile("package.json")].map(
      versionOf,
    );
    const [was = "", is = ""] = versions;
    if (found.length > 0 && allowsBreaks(was, is)) {
      return {
        passed: 1,
        failures: [],
        note: `${found.length} changes since ${tag} break apps; version ${is} says so`,
      };
    }
    return {
      passed: found.length === 0 ? 1 : 0,
      failures: found.map((message) => ({ at: `since ${tag}`, message })),
    };
  },
};
