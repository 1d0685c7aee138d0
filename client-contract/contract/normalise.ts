// How short texts are compared. The rules have versions, and an answer key says which one grades it, so that device and server agree about a
// question for as long as it lives. SQL's function (private.fold_text) is generated from the tables here.

/** The newest rule, which a release states in the answer keys that it publishes. */
export const NORMALISATION = 2;

/** A rule for comparing short texts. */
export type Normalisation = 1 | typeof NORMALISATION;

/** White space, listed, since `\s` differs between languages. For the inside of a class of characters. */
export const WHITE_SPACE =
  "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";

/**
 * Characters that nobody sees, as ranges of code points: control characters, and what Unicode calls default ignorable. Not among them: U+FEFF, which has
 * always counted as white space, and tags, which tell the flags of regions apart.
 */
export const INVISIBLE: readonly (readonly [from: number, to: number])[] = [
  [0x01, 0x08],
  [0x0e, 0x1f],
  [0x7f, 0x84],
  [0x86, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe001f],
  [0xe0080, 0xe0fff],
];

/** What keyboards and word processors put in the place of other characters. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  "'": "\u00b4\u02b9\u02bb\u02bc\u02bd\u05f3\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a",
  '"': "\u00ab\u00bb\u02ba\u02ee\u05f4\u201c\u201d\u201e\u201f\u2033\u2036\u2e42\u301d\u301e\u301f",
  "-": "\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e3a\u2e3b\ufe31\ufe32\ufe58\ufe63",
  "...": "\u2026",
  "σ": "ς",
  "μ": "\u00b5",
  "s": "\u017f",
  "ij": "\u0133",
  "'n": "\u0149",
  "dž": "\u01c6",
  "lj": "\u01c9",
  "nj": "\u01cc",
  "\u00af": "\uffe3",
  // A pattern of Braille without dots.
  " ": "\u2800",
};

/** Ligatures, and half- and full-width forms, by their ranges. Unicode never changes what they are compatible with. */
const COMPATIBLE = [[0xfb00, 0xfb06], [0xfb13, 0xfb17], [0xff01, 0xffee]] as const;

/** What rule 2 folds: a character, and the text that it counts as. */
export const FOLDS: ReadonlyMap<string, string> = new Map([
  ...COMPATIBLE.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, n) => String.fromCodePoint(from + n))
      .map((character): [string, string] => [character, character.normalize("NFKC").toLowerCase()])
      .filter(([character, text]) => character !== text)
  ),
  ...Object.entries(LOOK_ALIKES).flatMap(([text, characters]) =>
    Array.from(characters, (character): [string, string] => [character, text])
  ),
]);

/** The same ranges for the inside of a class of characters. */
export const classOf = (ranges: typeof INVISIBLE, escape: (point: number) => string): string =>
  ranges.map(([from, to]) => from === to ? escape(from) : `${escape(from)}-${escape(to)}`).join("");

/** A pattern of the tags that no flag has: in a flag they follow U+1F3F4, and U+E007F ends them. */
export const strayTag = (escape: (point: number) => string): string =>
  `(?<!${escape(0x1f3f4)}[${escape(0xe0020)}-${escape(0xe007e)}]*)[${escape(0xe0020)}-${escape(0xe007f)}]`;

const WHITE = new RegExp(`[${WHITE_SPACE}]+`, "g");
const escaped = (point: number) => `\\u{${point.toString(16)}}`;
const UNSEEN = new RegExp(`[${classOf(INVISIBLE, escaped)}]|${strayTag(escaped)}`, "gu");

/** Simple lower case, character by character: no final sigma, and İ becomes i rather than i and a dot. */
const lower = (character: string) => character === "\u0130" ? "i" : character.toLowerCase();

/**
 * Letters and marks of Unicode 16 and 17. PostgreSQL 17 has the tables of Unicode 15.1, where each of them stands alone: it has no case and composes
 * with nothing. A test compares every code point, and fails on a runtime that knows more.
 */
export const YOUNGER = new RegExp(
  "([\\u0897\\u1acf-\\u1aeb\\u1c89\\u1c8a\\ua7cb-\\ua7cf\\ua7d2\\ua7d4\\ua7da-\\ua7f1\\u{105c0}-\\u{105f3}\\u{10d40}-\\u{10d8f}\\u{10efa}-\\u{10efc}" +
    "\\u{11380}-\\u{113e2}\\u{11b60}-\\u{11b67}\\u{11db0}-\\u{11de9}\\u{16100}-\\u{16139}\\u{16d40}-\\u{16d79}\\u{16ea0}-\\u{16ed3}\\u{1e5d0}-\\u{1e5ff}\\u{1e6c0}-\\u{1e6ff}])",
  "u",
);

/** The parts of a text between younger characters, changed; the younger ones as they are. */
const apart = (text: string, change: (part: string) => string) =>
  text.split(YOUNGER).map((part, n) => n % 2 === 1 ? part : change(part)).join("");

const composed = (text: string) => apart(text, (part) => part.normalize("NFC"));

/** NFC, then the simple lower case of each character. */
const lowered = (text: string) => apart(text, (part) => Array.from(part.normalize("NFC"), lower).join(""));

const folded = (text: string) =>
  composed(Array.from(text, (character) => FOLDS.get(character) ?? character).join("").replace(UNSEEN, ""));

/** Each run of white space as one space, none at the ends. */
const spaced = (text: string) => text.replace(WHITE, " ").replace(/^ | $/g, "");

/**
 * The form in which short texts are compared. Rule 1: NFC, simple lower case of each character, runs of white space as one space, none at the
 * ends. Rule 2 also folds typographic quotes, dashes and ellipses, ligatures, half- and full-width forms and the final sigma, and
 * leaves out what nobody sees. What rule 1 calls equal is equal in rule 2. Accents and punctuation count in both.
 */
export function normalText(text: string, rule: Normalisation = NORMALISATION): string {
  return spaced(rule === 1 ? lowered(text) : folded(lowered(text)));
}

/** A text as it looks: NFC, runs of white space as one space, none at the ends. Choices that are equal in this form are the same choice. */
export function shownText(text: string): string {
  return spaced(composed(text));
}
