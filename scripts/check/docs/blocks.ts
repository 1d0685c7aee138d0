// Reads the fenced blocks of a Markdown page.

/** A fenced block. */
export interface Block {
  /** The first word after the fence: sh, sql, json, ndjson, ts, text, mermaid. */
  language: string;
  /** The rest of that line: a message of the contract for JSON, a file name for TypeScript. */
  name: string;
  text: string;
  /** The line of the opening fence, from 1. */
  line: number;
  /** Why the block is not run, from the comment above it. */
  notRun?: string;
  /** The block below a command that shows what the command prints. */
  output?: Block;
}

const FENCE = /(?:^ *<!-- Not run: (.+?) -->\n+)?^( *)```(\w*) ?(.*)\n([\s\S]*?)^\2```$/gm;
const COMMANDS = new Set(["sh", "sql"]);
const OUTPUTS = new Set(["text", "json", "ndjson"]);

/** The blocks of a page in order; the output of a command belongs to the command. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let end = 0;
  for (const match of markdown.matchAll(FENCE)) {
    const [whole, notRun, indent = "", language = "", name = "", body = ""] = match;
    const text = body.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    const line = markdown.slice(0, match.index + whole.indexOf("```")).split("\n").length;
    const block: Block = { language, name, text, line, ...(notRun === undefined ? {} : { notRun }) };
    const last = blocks.at(-1);
    const follows = last && COMMANDS.has(last.language) && !last.output && notRun === undefined;
    if (follows && OUTPUTS.has(language) && markdown.slice(end, match.index).trim() === "") {
      last.output = block;
    } else blocks.push(block);
    end = match.index + whole.length;
  }
  return blocks;
}
