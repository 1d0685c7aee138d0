// A change of the contract that breaks apps in use is seen before it is released: the generated files against those of the last tag.
import { breaksOf } from "../breaking/compare.ts";
import { allowsBreaks, atTag, checkout, lastTag, readContract } from "../breaking/last_tag.ts";
import { root } from "../project.ts";
import type { Step } from "../step.ts";

const versionOf = (manifest: string): string => JSON.parse(manifest).version;

export const breaking: Step = {
  name: "breaking",
  about: "the contract breaks nothing that the last tag had, unless the version says so",
  async run() {
    const last = await lastTag(root);
    if ("none" in last) return { passed: 0, failures: [], skipped: last.none };
    const { tag } = last;
    const tagged = atTag(root, tag);
    const [before, after] = await Promise.all([tagged, checkout].map(readContract));
    if (!before || !after) {
      return { passed: 0, failures: [], skipped: `the tag ${tag} has no generated contract` };
    }
    const found = breaksOf(before, after);
    const manifests = await Promise.all([tagged, checkout].map(({ read }) => read("package.json")));
    const [was = "", is = ""] = manifests.map((manifest) => versionOf(manifest ?? "{}"));
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
