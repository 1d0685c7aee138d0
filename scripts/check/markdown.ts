// What a Markdown page says and links to: its sentences, its links, its anchors.
import path from "node:path";

const FENCED = /^( *)```[\s\S]*?^\1```$/gm;
const COMMENT = /<!--[\s\S]*?-->/g;
const ITEM = /^\s*(?:[-*]|\d+\.) /;
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const blank = (text: string) => text.replace(/[^\n]/g, "");

/** A sentence and the line it begins in. */
export interface Sentence {
  line: number;
  text: string;
}

/** The sentences of paragraphs and lists; code, tables, headings and comments have none. Code in a line counts as one word. */
export function sentencesOf(markdown: string): Sentence[] {
  const lines = markdown.replace(COMMENT, blank).replace(FENCED, blank).split("\n");
  const paragraphs: Sentence[] = [];
  let open: Sentence | undefined;
  lines.forEach((line, index) => {
    if (/^\s*$|^#|^\s*\|/.test(line)) {
      open = undefined;
      return;
    }
    if (open === undefined || ITEM.test(line)) paragraphs.push(open = { line: index + 1, text: "" });
    open.text += ` ${line.replace(ITEM, "")}`;
  });
  return paragraphs.flatMap(({ line, text }) =>
    text.replace(/`[^`]+`/g, "`code`").replace(/\]\([^)]*\)/g, "]").trim()
      .split(/(?<=[.!?][)"*_]*)\s+(?=[["(*_`]*[A-Z0-9`])/).map((sentence) => ({ line, text: sentence }))
  );
}

/** Relative links of a page: the file, as a path from the project's root, and the anchor in it. */
export function linksOf(file: string, markdown: string): { file: string; anchor: string }[] {
  return [...markdown.replace(FENCED, "").matchAll(LINK)].map((match) => match[1] ?? "")
    .filter((link) => !/^[a-z]+:/.test(link)).map((link) => {
      const [target = "", anchor = ""] = link.split("#");
      return { file: target === "" ? file : path.posix.join(path.posix.dirname(file), target), anchor };
    });
}

/** The anchors of a page as GitHub makes them. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set([...markdown.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1] ?? ""));
  for (const [, title = ""] of markdown.replace(FENCED, "").matchAll(/^#+ (.+)$/gm)) {
    const slug = title.replace(/\]\([^)]*\)/g, "]").toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}
