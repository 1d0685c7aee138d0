// What the project's texts must not say, how long a sentence may be, and that links lead somewhere.
import { anchorsOf, linksOf, sentencesOf } from "../markdown.ts";
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
  /\.(?:tsx?|mjs|js|sql|md|json|jsonl|toml|ya?ml|txt|drift|dart|css|html)$|(?:^|\/)(?:\.[\w.]+|run|LICENSE)$/;
/** A sentence holds one idea in about 20 words. */
const MOST_WORDS = 32;

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

/** Sentences of a Markdown page that nobody can follow at once. */
export function findLongSentences(file: string, text: string): Failure[] {
  return sentencesOf(text).flatMap((sentence) => {
    const words = sentence.text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    if (words <= MOST_WORDS) return [];
    const message = `a sentence of ${words} words: at most ${MOST_WORDS}`;
    return [{ at: `${file}:${sentence.line}`, message, detail: sentence.text }];
  });
}

async function findDeadLinks(file: string, text: string): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const link of linksOf(file, text)) {
    if (!await exists(link.file)) {
      failures.push({ at: file, message: `links to ${link.file}, which does not exist` });
    } else if (link.anchor !== "" && !anchorsOf(await readProjectFile(link.file)).has(link.anchor)) {
      failures.push({ at: file, message: `links to ${link.file}#${link.anchor}, which has no such heading` });
    }
  }
  return failures;
}

export const prose: Step = {
  name: "prose",
  about: "texts name no machine, no registry and no undone work; sentences are short; links lead somewhere",
  async run() {
    const files = (await projectFiles()).filter((file) => TEXT.test(file));
    const failures = await Promise.all(files.map(async (file) => {
      const text = await readProjectFile(file);
      if (!file.endsWith(".md")) return findForbidden(file, text);
      return [
        ...findForbidden(file, text),
        ...findLongSentences(file, text),
        ...await findDeadLinks(file, text),
      ];
    }));
    return { passed: failures.filter((found) => found.length === 0).length, failures: failures.flat() };
  },
};
