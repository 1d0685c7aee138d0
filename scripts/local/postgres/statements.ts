// Splits a SQL file into statements by the rules of the Supabase CLI 2.117, which sends them one by one.
//
// The same rules, quirks included, so that the local history equals the one that `supabase db push` writes, and so
// that a file which the CLI cuts in the wrong place (E'\'' is one: it knows no backslash escapes) fails here too
// and not only on deployment.

/** One statement of a file. */
export interface Statement {
  /** Without surrounding white space and the semicolon; comments before it belong to it. */
  text: string;
  /** Where `text` begins in the file. */
  start: number;
}

const LINE_COMMENT = /--[^\n]*\n?/y;
const QUOTED = /'[^']*'?|"[^"]*"?/y;
const DOLLAR_TAG = /\$[\p{L}\p{Nd}_]*\$/uy;
const BEGIN_ATOMIC = /(?<![\p{L}\p{Nd}_$])begin\s+atomic$/iu;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** End of the block comment that opens at `at`; they nest. */
function blockCommentEnd(text: string, at: number): number {
  let depth = 1;
  for (let i = at + 1; i < text.length; i++) {
    const pair = text.slice(i, i + 2);
    if (pair === "/*") depth++;
    if (pair === "*/" && --depth === 0) return i + 2;
  }
  return text.length;
}

/** End of the dollar-quoted text that opens at `at` with `tag`. */
function dollarEnd(text: string, at: number, tag: string): number {
  const closing = text.indexOf(tag, at + 1);
  return closing < 0 ? text.length : closing + tag.length;
}

/** End of a part in which semicolons don't separate: parentheses, and the body of a SQL-standard function. */
function enclosedEnd(text: string, at: number, closing: ")" | "end"): number {
  let i = at;
  while (i < text.length) {
    i = tokenEnd(text, i);
    if (text.slice(i - closing.length, i).toLowerCase() === closing) return i;
  }
  return i;
}

/** End of the token that begins at `at`: a comment, a quoted text, something enclosed, or one character. */
function tokenEnd(text: string, at: number): number {
  if (text.startsWith("/*", at)) return blockCommentEnd(text, at);
  if (text[at] === "\\") return Math.min(at + 2, text.length);
  if (text[at] === "(") return enclosedEnd(text, at + 1, ")");
  const tag = matchAt(DOLLAR_TAG, text, at);
  if (tag) return dollarEnd(text, at, tag);
  const skipped = matchAt(LINE_COMMENT, text, at) ?? matchAt(QUOTED, text, at);
  if (skipped) return at + skipped.length;
  // Longest possible look back that matters: "begin", white space, "atomic".
  if (/c/i.test(text.charAt(at)) && BEGIN_ATOMIC.test(text.slice(Math.max(0, at - 100), at + 1))) {
    return enclosedEnd(text, at + 1, "end");
  }
  return at + 1;
}

/** The statements of a file, in order; empty ones are left out. */
export function splitStatements(file: string): Statement[] {
  const found: Statement[] = [];
  const add = (from: number, to: number) => {
    const raw = file.slice(from, to).replace(/;+$/, "");
    const text = raw.trim();
    if (text) found.push({ text, start: from + raw.length - raw.trimStart().length });
  };
  let from = 0;
  for (let i = 0; i < file.length;) {
    const end = tokenEnd(file, i);
    if (file[i] === ";") {
      add(from, end);
      from = end;
    }
    i = end;
  }
  add(from, file.length);
  return found;
}

/** Where a statement's first word begins, after white space and comments. */
export function firstWordStart(statement: string): number {
  let i = 0;
  while (i < statement.length && /^(?:\s|--|\/\*)/.test(statement.slice(i, i + 2))) {
    i = tokenEnd(statement, i);
  }
  return i;
}
