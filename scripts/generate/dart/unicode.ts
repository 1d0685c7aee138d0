// lib/src/unicode.gen.dart: what Dart does not know of Unicode, as far as the rules for short texts need it: canonical decompositions, the order
// of marks, and simple lower case. Characters younger than the server's tables are left out: the rules leave them as they are.
import {
  classOf,
  FOLDS,
  INVISIBLE,
  strayTag,
  WHITE_SPACE,
  YOUNGER,
} from "../../../client-contract/contract/normalise.ts";
import type { Artifact } from "../artifact.ts";
import { library } from "./layout.ts";

const HANGUL = [0xac00, 0xd7a3] as const;

/** All characters but Hangul syllables, which have a formula, and younger ones. */
const CHARACTERS = Array.from({ length: 0x110000 }, (_, point) => point)
  .filter((point) => (point < 0xd800 || point > 0xdfff) && (point < HANGUL[0] || point > HANGUL[1]))
  .map((point) => String.fromCodePoint(point))
  .filter((character) => !YOUNGER.test(character));

const points = (text: string) => Array.from(text, (character) => character.codePointAt(0) ?? 0);
const number = (value: number) => value.toString(36);

/** A character, its full canonical decomposition, and `!` where the parts do not compose to it again. */
function decompositions(): string[] {
  return CHARACTERS.flatMap((character) => {
    const parts = character.normalize("NFD");
    if (parts === character) return [];
    const excluded = character.normalize("NFC") === character ? "" : "!";
    return [`${points(character + parts).map(number).join(".")}${excluded}`];
  });
}

/** Overlay, the mark with the lowest class, and the one with the highest. */
const [FIRST, LAST] = ["\u0334", "\u0345"];

/** Marks by their canonical combining class, lowest first. Only the order of the classes matters. */
function markClasses(): string[][] {
  const swaps = (a: string, b: string) => (a + b).normalize("NFD") === b + a && a !== b;
  const marks = CHARACTERS.filter((character) =>
    character.normalize("NFD") === character &&
    (character === LAST || swaps(LAST, character) || swaps(character, FIRST))
  );
  const classes: string[][] = [];
  for (const mark of marks) {
    const own = classes.find(([first = ""]) => !swaps(first, mark) && !swaps(mark, first));
    if (own) own.push(mark);
    else classes.push([mark]);
  }
  return classes.sort(([a = ""], [b = ""]) => swaps(b, a) ? -1 : 1);
}

/** Numbers in a row as `from-to`. */
function ranges(numbers: number[]): string {
  const runs: [number, number][] = [];
  for (const value of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs.map(([from, to]) => from === to ? number(from) : `${number(from)}-${number(to)}`).join(" ");
}

/** Characters in a row, in steps of one or two, whose lower case is the same distance away: `from.to.step.distance`. */
function lowerCase(): string[] {
  interface Run {
    from: number;
    to: number;
    step: number;
    distance: number;
  }
  const runs: Run[] = [];
  for (const character of CHARACTERS) {
    const lower = character === "\u0130" ? "i" : character.toLowerCase();
    if (lower === character) continue;
    const [from = 0, to = 0] = [character.codePointAt(0), lower.codePointAt(0)];
    if (Array.from(lower).length !== 1) {
      throw new Error(`${character} has a lower case of several characters`);
    }
    const last = runs.at(-1);
    const gap = last ? from - last.to : 0;
    const fits = last && to - from === last.distance && (gap === 1 || gap === 2) &&
      (last.from === last.to || last.step === gap);
    if (fits) Object.assign(last, { to: from, step: gap });
    else runs.push({ from, to: from, step: 1, distance: to - from });
  }
  return runs.map(({ from, to, step, distance }) => [from, to, step, distance].map(number).join("."));
}

/** A table as text in lines of at most 80 columns. */
function table(name: string, about: string, entries: string[], separator = " "): string {
  const lines: string[] = [];
  let line = "";
  for (const [place, entry] of entries.entries()) {
    const piece = place < entries.length - 1 ? entry + separator : entry;
    for (const part of piece.split(/(?<= )/)) {
      if (line.length + part.length > 74) {
        lines.push(line);
        line = "";
      }
      line += part;
    }
  }
  lines.push(line);
  return `/// ${about}\nconst String ${name} =\n${lines.map((text) => `    '${text}'`).join("\n")};`;
}

const escaped = (point: number) => `\\u{${point.toString(16)}}`;
/** A pattern in lines, which Dart joins. */
function pattern(name: string, about: string, text: string): string {
  const parts = [""];
  for (const token of text.match(/\\u\{[0-9a-f]+\}|\\u[0-9a-f]{4}|\\.|[^\\]/g) ?? []) {
    if ((parts.at(-1) ?? "").length + token.length > 74) parts.push("");
    parts[parts.length - 1] += token;
  }
  return `/// ${about}\nfinal RegExp ${name} = RegExp(\n${
    parts.map((part) => `  r'${part}'`).join("\n")
  },\n  unicode: true,\n);`;
}

/** The tables and patterns. */
export function dartUnicode(): Artifact {
  const folds = [...FOLDS].map(([from, to]) => points(from + to).map(number).join("."));
  return library(
    "unicode",
    "normalise.ts",
    [],
    [
      table(
        "decompositions",
        "Characters and their canonical decompositions, in base 36.",
        decompositions(),
      ),
      table(
        "markClasses",
        "Combining marks by their class, in ascending order.",
        markClasses().map((marks) => ranges(points(marks.join("")))),
        ", ",
      ),
      table("lowerCase", "Runs of capitals: from, to, step, distance.", lowerCase()),
      table("folds", "What rule 2 folds: a character, and what it counts as.", folds),
      pattern("whiteSpace", "Runs of white space.", `[${WHITE_SPACE}]+`),
      pattern(
        "unseen",
        "Characters that nobody sees.",
        `[${classOf(INVISIBLE, escaped)}]|${strayTag(escaped)}`,
      ),
      pattern("younger", "A character that the server does not know.", YOUNGER.source),
    ].join("\n\n"),
  );
}
