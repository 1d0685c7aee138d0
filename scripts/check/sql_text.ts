// Just enough of PostgreSQL's lexical rules to tell code from comments, quotes and dollar quotes. (The stack's own
// statements.ts follows the CLI instead, quirks included; here the text goes to the server as it is.)

/** A piece of an SQL text; the pieces of a text joined give the text again. */
export interface SqlPiece {
  kind: "code" | "comment" | "quote" | "body";
  text: string;
}

// In this order: line comment, block comment, escape string, string, quoted name, dollar-quoted body.
const PIECE =
  /(--[^\n]*)|(\/\*[\s\S]*?\*\/)|(\b[eE]'(?:[^'\\]|\\[\s\S]|'')*')|('(?:[^']|'')*')|("(?:[^"]|"")*")|(\$([A-Za-z_]\w*)?\$[\s\S]*?\$\7\$)/g;

/** Splits an SQL text; a dollar-quoted function body is one piece of kind `body`. */
export function sqlPieces(sql: string): SqlPiece[] {
  const pieces: SqlPiece[] = [];
  let end = 0;
  for (const match of sql.matchAll(PIECE)) {
    if (match.index > end) pieces.push({ kind: "code", text: sql.slice(end, match.index) });
    const kind = match[1] !== undefined || match[2] !== undefined
      ? "comment"
      : match[6] !== undefined
      ? "body"
      : "quote";
    pieces.push({ kind, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < sql.length) pieces.push({ kind: "code", text: sql.slice(end) });
  return pieces;
}

/** The text with comments and quotes blanked, bodies of functions included; every line keeps its place. */
export function sqlCode(sql: string): string {
  const blank = (text: string) => text.replaceAll(/[^\n]/g, " ");
  return sqlPieces(sql).map(({ kind, text }) => {
    if (kind === "code") return text;
    if (kind !== "body") return blank(text);
    const delimiter = text.slice(0, text.indexOf("$", 1) + 1);
    return blank(delimiter) + sqlCode(text.slice(delimiter.length, -delimiter.length)) + blank(delimiter);
  }).join("");
}

/** Line (from 1) on which each statement of a text begins; empty statements don't count. */
export function statementLines(sql: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let open = false;
  const begin = () => {
    if (!open) lines.push(line);
    open = true;
  };
  for (const { kind, text } of sqlPieces(sql)) {
    if (kind === "quote" || kind === "body") begin();
    for (const character of text) {
      if (character === "\n") line++;
      if (kind !== "code") continue;
      if (character === ";") open = false;
      else if (!/\s/.test(character)) begin();
    }
  }
  return lines;
}
