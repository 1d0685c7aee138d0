// What the project's texts must not say, and that their links lead somewhere.
import path from "node:path";
import { exists, projectFiles, readProjectFile } from "../project.ts";
import type { Failure, Step } from "../step.ts";

/** Nothing in the project may depend on one machine or on where its packages come from. */
const FORBIDDEN: { pattern: RegExp; message: string }[] = [
  { pattern: /(?<![\w.$}])\/(?:root|work|home\/\w+|Users\/\w+)\//, message: "names a path of one machine" },
  {
    pattern: /\bregistry\.[a-z0-9-]+\.[a-z]{2,}|\bnpmjs\.(?:org|com)\b/,
    message: "names a package registry's host",
  },
  { pattern: /\bTO(?:DO)\b|\bFIX(?:ME)\b/, message: "leaves work undone: finish it or open an issue" },
];
const TEXT =
  /\.(?:ts|mjs|js|sql|md|json|jsonl|toml|ya?ml|txt|drift|css|html)$|(?:^|\/)(?:\.[\w.]+|run|LICENSE)$/;
const LINK = /\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)/g;

/** Forbidden words in one file. */
export function findForbidden(file: string, text: string): Failure[] {
  return text.split("\n").flatMap((line, index) =>
    FORBIDDEN.filter(({ pattern }) => pattern.test(line)).map(({ message }) => ({
      at: `${file}:${index + 1}`,
      message,
      detail: line.trim(),
    }))
  );
}

/** Relative links of a Markdown file, as paths from the project's root. */
export function findLinks(file: string, text: string): string[] {
  return [...text.matchAll(LINK)].map((match) => match[1] ?? "").filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => path.posix.join(path.posix.dirname(file), link));
}

async function findDeadLinks(file: string, text: string): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const link of findLinks(file, text)) {
    if (!await exists(link)) failures.push({ at: file, message: `links to ${link}, which does not exist` });
  }
  return failures;
}

export const prose: Step = {
  name: "prose",
  about: "texts name no machine, no registry and no undone work; links lead somewhere",
  async run() {
    const files = (await projectFiles()).filter((file) => TEXT.test(file));
    const failures = await Promise.all(files.map(async (file) => {
      const text = await readProjectFile(file);
      return [...findForbidden(file, text), ...(file.endsWith(".md") ? await findDeadLinks(file, text) : [])];
    }));
    return { passed: failures.filter((found) => found.length === 0).length, failures: failures.flat() };
  },
};
