// The rules for every text of a curriculum file, and how names become keys and titles.
import { shownText } from "../../client-contract/contract/normalise.ts";

/** What a key looks like; the tables of `content` have the same rule as a constraint. */
const SLUG = /^[a-z0-9][a-z0-9_./-]{0,119}$/;
/** Letters, digits, punctuation and symbols are visible in every notion of white space, PostgreSQL's included. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Why a text can't be stored, or undefined where it can; `max` counts characters as PostgreSQL does. */
export function textProblem(text: string, max: number): string | undefined {
  // JSON can spell both, PostgreSQL's text can hold neither; a lone surrogate would silently become U+FFFD.
  if (text.includes("\0")) return "holds a NUL character";
  if (!text.isWellFormed()) return "holds half a character (a lone surrogate)";
  if (!VISIBLE.test(text)) return "is blank";
  if (text.length > max && [...text].length > max) return `is longer than ${max} characters`;
  return undefined;
}

/** The first two choices that a learner can't tell apart. */
export function sameChoice(choices: readonly string[]): [number, number] | undefined {
  const places = new Map<string, number>();
  for (const [place, choice] of choices.entries()) {
    const shown = shownText(choice);
    const earlier = places.get(shown);
    if (earlier !== undefined) return [earlier, place];
    places.set(shown, place);
  }
  return undefined;
}

/** Whether a text is a key as it is. */
export function isKey(text: string): boolean {
  return SLUG.test(text);
}

/**
 * The key of a domain's or skill's name: the name itself where it is one, else in lower case, without accents, all
 * else as underscores. Undefined where nothing is left, as of a name in Chinese.
 */
export function keyOf(name: string): string | undefined {
  if (isKey(name)) return name;
  const key = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[^a-z0-9_./-]+/g, "_").replace(/^[^a-z0-9]+|_+$/g, "");
  return isKey(key) ? key : undefined;
}

/** A title for a name that came without one: `abstract_algebra` becomes `Abstract algebra`. */
export function titleOf(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  const [first = ""] = words;
  return first.toUpperCase() + words.slice(first.length);
}
