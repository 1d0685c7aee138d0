// Dart source in the style of `dart format`: 80 columns, and a trailing comma where a list takes several lines.

const WIDTH = 80;

/** What stands before a list and behind it, with its brackets. */
export interface Brackets {
  before: string;
  after: string;
}

const indented = (text: string, by: string) => text.replace(/^(?=.)/gm, by);

/** A list on one line where it fits behind `column` columns of indentation, otherwise with an element a line. */
export function layOut(elements: readonly string[], { before, after }: Brackets, column = 0): string {
  const line = `${before}${elements.join(", ")}${after}`;
  const fits = column + line.length <= WIDTH && !elements.some((element) => element.includes("\n"));
  if (elements.length === 0 || fits) return line;
  return `${before}\n${elements.map((element) => `${indented(element, "  ")},\n`).join("")}${after}`;
}

/** The text as a sentence: with a capital and a full stop. */
const sentence = (text: string) =>
  text.replace(/^[a-z]/, (letter) => letter.toUpperCase()) + (/[.!?:]$/.test(text) ? "" : ".");

/** A documentation comment. */
export function docComment(text: string, column = 0): string {
  const lines: string[] = [];
  for (const paragraph of text.split("\n\n")) {
    if (lines.length > 0) lines.push("///");
    let line = "///";
    for (const word of sentence(paragraph.replaceAll(/\s+/g, " ").trim()).split(" ")) {
      if (column + line.length + 1 + word.length > WIDTH) {
        lines.push(line);
        line = "///";
      }
      line += ` ${word}`;
    }
    lines.push(line);
  }
  return lines.join("\n");
}

/** A text as a Dart literal. */
export function dartString(text: string): string {
  const escaped = text.replace(
    /[\\$\n\r\t]/g,
    (character) =>
      ({ "\\": "\\\\", "$": "\\$", "\n": "\\n", "\r": "\\r", "\t": "\\t" })[character] ?? character,
  );
  if (!escaped.includes("'")) return `'${escaped}'`;
  return escaped.includes('"') ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped}"`;
}

/** A long text as literals that Dart joins, of one line each. */
export function dartText(text: string, column: number): string {
  if (column + dartString(text).length + 1 <= WIDTH) return dartString(text);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<= )/)) {
    if (line !== "" && column + dartString(line + word).length + 1 > WIDTH) {
      lines.push(line);
      line = "";
    }
    line += word;
  }
  return [...lines, line].map(dartString).join("\n");
}

/** A pattern as a raw literal. */
export const dartPattern = (pattern: string): string =>
  pattern.includes("'") ? `r"${pattern}"` : `r'${pattern}'`;

/** `batch_id` as `batchId`. */
export const camel = (name: string): string =>
  name.toLowerCase().replace(/[_.]([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `single_choice` as `SingleChoice`. */
export const pascal = (name: string): string => camel(`_${name}`);

/** The path of a generated library of the package. */
const libraryPath = (name: string): string => `client-contract/dart/lib/src/${name}.gen.dart`;

/** A generated library. */
export function library(name: string, source: string, imports: readonly string[], body: string): {
  path: string;
  text: string;
} {
  const uses = [...new Set(imports)].sort().map((path) => `import '${path}';\n`).join("");
  const text = `// Generated from client-contract/contract/${source} by
// \`npm run generate\`; do not edit.
${uses === "" ? "" : `\n${uses}`}
${body.trim()}
`;
  return { path: libraryPath(name), text };
}
